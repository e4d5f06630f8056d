//! Statements that make the tables.

use crate::schema::Schema;

/// The published text, with `{schema}` in the place of the schema.
pub(crate) const TEXT: &str = include_str!("../schema.sql");

/// Each statement of the text.
pub(crate) fn statements(schema: &Schema) -> Vec<String> {
    let is_sql = |line: &&str| !line.starts_with("--");
    let sql: Vec<&str> = TEXT.lines().filter(is_sql).collect();
    let sql = schema.fill(&sql.join("\n"));
    let statements = sql.split(';').map(str::trim);
    statements
        .filter(|statement| !statement.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_may_run_again_and_names_its_schema() {
        let statements = statements(&Schema::new("s").unwrap());
        assert_eq!(statements.len(), 5);
        for statement in statements {
            assert!(statement.contains("IF NOT EXISTS") || statement.contains("DO NOTHING"));
            assert!(statement.contains("\"s\".keyslot_") && !statement.contains('{'));
        }
    }
}
