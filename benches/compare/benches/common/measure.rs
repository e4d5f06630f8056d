//! Measures one engine after the other, by criterion, and keeps the medians.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};

/// Calls that take longer are measured by the one call whose outcome is checked.
const ONE_CALL: Duration = Duration::from_millis(400);
/// These are the limit and the subject: what is not compared with them says nothing.
const ALWAYS: [&str; 2] = ["memcpy", "keyslot"];
const USAGE: &str = "usage: cargo bench -- [--quick] [part of the name of an engine]...";

pub struct Options {
    quick: bool,
    engines: Vec<String>,
}

impl Options {
    /// Those that the process was given. It ends if they are wrong.
    pub fn of_process() -> Self {
        Self::parse(std::env::args().skip(1)).unwrap_or_else(|usage| {
            eprintln!("{usage}");
            std::process::exit(2);
        })
    }

    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, &'static str> {
        let mut options = Self {
            quick: false,
            engines: Vec::new(),
        };
        for argument in arguments {
            match argument.as_str() {
                // From cargo.
                "--bench" => {}
                "--quick" => options.quick = true,
                name if !name.starts_with('-') => options.engines.push(argument),
                _ => return Err(USAGE),
            }
        }
        Ok(options)
    }

    fn wants(&self, engine: &str) -> bool {
        let is_named = |name: &String| engine.contains(name.as_str());
        self.engines.is_empty()
            || ALWAYS.iter().any(|one| engine.starts_with(one))
            || self.engines.iter().any(is_named)
    }
}

pub struct Measure {
    options: Options,
    criterion: Criterion,
    directory: PathBuf,
    cells: Vec<Cell>,
}

/// The measurement of one engine on one workload.
pub struct Cell {
    pub group: &'static str,
    pub engine: &'static str,
    pub column: &'static str,
    pub time: Time,
}

#[derive(Clone, Copy)]
pub enum Time {
    /// The median, in nanoseconds.
    Median(f64),
    /// Of one call, in nanoseconds.
    OneCall(f64),
}

impl Time {
    pub fn nanoseconds(self) -> f64 {
        match self {
            Self::Median(time) | Self::OneCall(time) => time,
        }
    }
}

/// One workload in one group.
pub struct Column<'m> {
    measure: &'m mut Measure,
    group: &'static str,
    column: &'static str,
    output: &'m str,
}

impl Measure {
    pub fn new(options: Options) -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion");
        let (samples, warm_up, time) = if options.quick {
            (10, 100, 250)
        } else {
            (30, 300, 1500)
        };
        let criterion = Criterion::default()
            .output_directory(&directory)
            .without_plots()
            .sample_size(samples)
            .warm_up_time(Duration::from_millis(warm_up))
            .measurement_time(Duration::from_millis(time))
            .nresamples(2000);
        Self {
            options,
            criterion,
            directory,
            cells: Vec::new(),
        }
    }

    /// The workload of a name, from which every engine must make this output.
    pub fn column<'m>(
        &'m mut self,
        group: &'static str,
        column: &'static str,
        output: &'m str,
    ) -> Column<'m> {
        Column {
            measure: self,
            group,
            column,
            output,
        }
    }

    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }
}

impl Column<'_> {
    /// Checks that `call` makes the output, and measures it.
    pub fn row<O: AsRef<str>>(&mut self, engine: &'static str, call: impl FnMut() -> O) {
        let output = self.output;
        self.checked(engine, |made| made.as_ref() == output, call);
    }

    /// Checks what `call` makes and measures it.
    pub fn checked<O>(
        &mut self,
        engine: &'static str,
        is_right: impl FnOnce(&O) -> bool,
        mut call: impl FnMut() -> O,
    ) {
        if !self.measure.options.wants(engine) {
            return;
        }
        let Self { group, column, .. } = *self;
        let begin = Instant::now();
        let made = call();
        let one_call = begin.elapsed();
        assert!(
            is_right(&made),
            "{engine} makes something else of {group}/{column} than the others"
        );
        drop(made);
        let time = if one_call > ONE_CALL {
            println!("{group}/{engine}/{column}: {one_call:.2?}, one call");
            Time::OneCall(one_call.as_nanos() as f64)
        } else {
            Time::Median(self.median(engine, one_call, call))
        };
        self.measure.cells.push(Cell {
            group,
            engine,
            column,
            time,
        });
    }

    fn median<O>(&mut self, engine: &str, one_call: Duration, mut call: impl FnMut() -> O) -> f64 {
        let id: String = engine
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let column = self.column;
        let mut group = self.measure.criterion.benchmark_group(self.group);
        if one_call > Duration::from_millis(10) {
            group.sampling_mode(SamplingMode::Flat).sample_size(10);
        }
        group.bench_function(BenchmarkId::new(&id, column), |bencher| {
            bencher.iter(&mut call)
        });
        group.finish();
        let path = self
            .measure
            .directory
            .join(self.group)
            .join(&id)
            .join(column)
            .join("new/estimates.json");
        let estimates: serde_json::Value =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        estimates["median"]["point_estimate"].as_f64().unwrap()
    }
}
