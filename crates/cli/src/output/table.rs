//! Tables of text.

use super::shown::shown;

/// Rows of cells under a heading, in columns as wide as their widest cell.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table without rows.
    pub(crate) fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self {
            heading: heading.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Its texts are made safe to show.
    pub(crate) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(shown).to_vec());
    }

    /// Returns the heading and the rows, one text a line. The last column is not padded.
    pub(crate) fn lines(&self) -> (String, Vec<String>) {
        let mut widths: Vec<usize> = Vec::new();
        for cells in std::iter::once(&self.heading).chain(&self.rows) {
            for (at, cell) in cells.iter().enumerate() {
                let width = cell.chars().count();
                match widths.get_mut(at) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        let line = |cells: &Vec<String>| {
            let padded = cells.iter().zip(&widths);
            let padded: Vec<String> = padded
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        (line(&self.heading), self.rows.iter().map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["NAME", "STATUS"]);
        table.row(["STRIPE_KEY", "active"]);
        table.row(["A", "in\x1b[2Jactive"]);
        let (heading, rows) = table.lines();
        assert_eq!(heading, "NAME        STATUS");
        assert_eq!(
            rows,
            ["STRIPE_KEY  active", "A           in\u{fffd}[2Jactive"]
        );
    }
}
