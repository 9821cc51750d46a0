use std::{fmt, time::Duration};

/// The figures, as Markdown.
#[derive(Debug, Default)]
pub struct Report(String);

impl Report {
    pub fn paragraph(&mut self, text: impl AsRef<str>) {
        self.0.push_str(text.as_ref());
        self.0.push_str("\n\n");
    }

    pub fn heading(&mut self, text: &str) {
        self.paragraph(format!("### {text}"));
    }

    /// A table; every row has as many cells as the head. All columns but the first are numbers.
    pub fn table<const N: usize>(&mut self, head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let mut line = |cells: &[String]| {
            self.0.push_str("| ");
            self.0.push_str(&cells.join(" | "));
            self.0.push_str(" |\n");
        };
        line(&head.map(str::to_owned));
        line(&std::array::from_fn::<_, N, _>(|column| {
            if column == 0 { "---" } else { "---:" }.to_owned()
        }));
        rows.into_iter().for_each(|row| line(&row));
        self.0.push('\n');
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time in the unit that suits it.
pub fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..1e3 => format!("{micros:.0} µs"),
        1e3..1e4 => format!("{:.2} ms", micros / 1e3),
        1e4..1e6 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

/// A number of things a second, and the like.
pub fn number(number: f64) -> String {
    match number {
        ..10.0 => format!("{number:.1}"),
        ..10_000.0 => format!("{number:.0}"),
        _ => count(number.round() as u64),
    }
}

/// A large number, its thousands apart.
pub fn count(number: u64) -> String {
    let mut groups = Vec::new();
    let mut left = number;
    while left >= 1_000 {
        groups.push(format!("{:03}", left % 1_000));
        left /= 1_000;
    }
    groups.push(left.to_string());
    groups.reverse();
    groups.join(" ")
}

/// How many times one is the other.
pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// Bytes, in MB of 10^6.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut report = Report::default();
        report.table(["what", "p50"], [["a".to_owned(), time(Duration::from_micros(1_500))]]);
        assert_eq!(
            report.to_string(),
            "| what | p50 |\n| --- | ---: |\n| a | 1.50 ms |\n\n"
        );
    }

    #[test]
    fn large_numbers_stand_in_groups() {
        let numbers = [7, 1_521, 29_392, 1_000_010].map(|n| (number(n as f64), count(n)));
        let expected = [
            ("7.0", "7"),
            ("1521", "1 521"),
            ("29 392", "29 392"),
            ("1 000 010", "1 000 010"),
        ];
        assert_eq!(numbers, expected.map(|(number, count)| (number.into(), count.into())));
    }

    #[test]
    fn times_have_three_digits_that_count() {
        let micros = [7, 999, 1_000, 45_678, 2_345_678].map(|us| time(Duration::from_micros(us)));
        assert_eq!(micros, ["7 µs", "999 µs", "1.00 ms", "46 ms", "2.35 s"]);
    }
}
