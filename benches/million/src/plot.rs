//! A plot of time against size, both by powers of ten.

use std::fmt::Write;

use crate::grown::Grown;
use crate::table::time;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 560.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 290.0;
const EDGE: f64 = 50.0;

const COLOURS: [&str; 9] = [
    "#1b6ca8", "#c0392b", "#27824a", "#8e44ad", "#b9770e", "#16a085", "#2c3e50", "#d35487",
    "#7f8c8d",
];

/// Returns the plot as SVG.
pub fn svg(vaults: &[Grown]) -> String {
    let sizes: Vec<f64> = vaults
        .iter()
        .map(|vault| (vault.secrets as f64).log10())
        .collect();
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    let x = |size: f64| LEFT + (size - first) / (last - first).max(1.0) * (WIDTH - LEFT - RIGHT);
    // From a microsecond to a thousand seconds.
    let y = |seconds: f64| HEIGHT - EDGE - (seconds.log10() + 6.0) / 9.0 * (HEIGHT - 2.0 * EDGE);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"28\" font-size=\"16\">Median time of a call, by secrets in the \
         vault</text>\n"
    );
    for power in -6..=3 {
        let label = match power {
            -6..=-4 => format!("{} µs", 10_i32.pow((power + 6) as u32)),
            -3..=-1 => format!("{} ms", 10_i32.pow((power + 3) as u32)),
            _ => format!("{} s", 10_i32.pow(power as u32)),
        };
        let at = y(10_f64.powi(power));
        let end = WIDTH - RIGHT;
        writeln!(
            text,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{end}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 8.0,
            at + 4.0
        )
        .unwrap();
    }
    for (vault, size) in vaults.iter().zip(&sizes) {
        let at = x(*size);
        writeln!(
            text,
            "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - EDGE + 22.0,
            vault.secrets
        )
        .unwrap();
    }
    // Names stand beside the last points, and not upon each other.
    let mut lines: Vec<(usize, f64)> = (0..vaults[0].calls.len())
        .map(|at| {
            (
                at,
                y(vaults[vaults.len() - 1].calls[at].median.as_secs_f64()),
            )
        })
        .collect();
    lines.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut lowest = f64::MIN;
    for (at, end) in lines {
        let colour = COLOURS[at % COLOURS.len()];
        let points: Vec<String> = vaults
            .iter()
            .zip(&sizes)
            .map(|(vault, size)| {
                let seconds = vault.calls[at].median.as_secs_f64();
                format!("{:.1},{:.1}", x(*size), y(seconds))
            })
            .collect();
        let call = &vaults[vaults.len() - 1].calls[at];
        lowest = (end + 4.0).max(lowest + 16.0);
        writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{lowest:.1}\" fill=\"{colour}\">{}: {}</text>",
            points.join(" "),
            WIDTH - RIGHT + 8.0,
            call.name,
            time(call.median)
        )
        .unwrap();
    }
    text.push_str("</svg>\n");
    text
}
