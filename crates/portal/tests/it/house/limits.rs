//! docs/limits.md says what the code does: each row names a constant, and its value is compared.

use std::collections::BTreeMap;

use syn::{Expr, Item, Lit, Type};

use super::{Source, is_test, sources};

/// A number with what it counts, as far as the document tells them apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    /// Milliseconds.
    Time(f64),
    /// Bytes, or a count.
    Number(f64),
}

#[test]
fn the_document_of_limits_says_what_the_constants_say() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md")).unwrap();
    let mut constants = BTreeMap::new();
    for source in &sources() {
        constants.extend(limits(source));
    }
    assert!(constants.len() > 60, "the walk sees what is there: {}", constants.len());
    let mut named = Vec::new();
    for line in document
        .lines()
        .filter(|line| line.starts_with('|') && line.contains('`'))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [what, limit, constant] = cells[..] else {
            panic!("three cells, please: {line}")
        };
        let constant = constant.trim_matches('`').to_owned();
        let value = constants
            .get(&constant)
            .unwrap_or_else(|| panic!("{constant}, of {what}, is no limit of the code"));
        assert_eq!(parse(limit), *value, "{what}: {constant}");
        named.push(constant);
    }
    let missing: Vec<_> = constants.keys().filter(|constant| !named.contains(constant)).collect();
    assert!(missing.is_empty(), "docs/limits.md does not name {missing:?}");
}

/// `64 KiB`, `15 min`, `3 000`.
fn parse(limit: &str) -> Amount {
    let digits: String = limit
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ' ')
        .filter(|c| *c != ' ')
        .collect();
    let number: f64 = digits
        .parse()
        .unwrap_or_else(|_| panic!("a limit begins with a number: {limit}"));
    let unit = limit.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    match unit.split_whitespace().next().unwrap_or_default() {
        "s" => Amount::Time(number * 1e3),
        "min" => Amount::Time(number * 60e3),
        "h" => Amount::Time(number * 3600e3),
        "days" | "day" => Amount::Time(number * 86_400e3),
        "KiB" => Amount::Number(number * 1024.0),
        "MiB" => Amount::Number(number * 1_048_576.0),
        "GiB" => Amount::Number(number * 1_073_741_824.0),
        "" | "bytes" | "characters" => Amount::Number(number),
        other => panic!("{other} is no unit: {limit}"),
    }
}

/// The constants of a file that bound something, and the settings as they come, by file and name.
fn limits(source: &Source) -> BTreeMap<String, Amount> {
    let mut of_file = BTreeMap::from([("HOUR".to_owned(), 3600e3), ("DAY".to_owned(), 86_400e3)]);
    let mut limits = BTreeMap::new();
    for item in &source.file.items {
        match item {
            Item::Const(constant) if !is_test(&constant.attrs) => {
                let Some(value) = evaluate(&constant.expr, &of_file) else {
                    continue;
                };
                let name = constant.ident.to_string();
                of_file.insert(name.clone(), value);
                if is_limit(&name) {
                    let amount = match is_time(&constant.ty) {
                        true => Amount::Time(value),
                        false => Amount::Number(value),
                    };
                    limits.insert(format!("{}::{name}", source.name), amount);
                }
            }
            Item::Impl(settings) if source.name == "settings" => {
                limits.extend(defaults(settings, &of_file));
            }
            _ => {}
        }
    }
    limits
}

fn is_limit(name: &str) -> bool {
    name.starts_with("MAX_") || name.starts_with("MIN_") || name.ends_with("_LIFETIME") || name.ends_with("_KEPT_FOR")
}

fn is_time(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Millis" || last.ident == "Duration"))
}

/// What a setting is unless the administrator says otherwise: the numbers in `Settings::new`.
fn defaults(settings: &syn::ItemImpl, constants: &BTreeMap<String, f64>) -> BTreeMap<String, Amount> {
    let mut defaults = BTreeMap::new();
    for item in &settings.items {
        if let syn::ImplItem::Fn(new) = item
            && new.sig.ident == "new"
            && let Some(syn::Stmt::Expr(Expr::Struct(made), None)) = new.block.stmts.last()
        {
            for field in &made.fields {
                let syn::Member::Named(name) = &field.member else {
                    continue;
                };
                let Some(value) = evaluate(&field.expr, constants) else {
                    continue;
                };
                let name = name.to_string();
                let amount = match name.ends_with("_lifetime") {
                    true => Amount::Time(value),
                    false => Amount::Number(value),
                };
                defaults.insert(format!("settings::{name}"), amount);
            }
        }
    }
    defaults
}

/// The value of a constant expression; a `Duration` in milliseconds. `None` where it is no number.
fn evaluate(expression: &Expr, constants: &BTreeMap<String, f64>) -> Option<f64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            Lit::Float(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Paren(inner) => evaluate(&inner.expr, constants),
        Expr::Path(path) => constants.get(&path.path.segments.last()?.ident.to_string()).copied(),
        Expr::Binary(both) => {
            let (left, right) = (evaluate(&both.left, constants)?, evaluate(&both.right, constants)?);
            match both.op {
                syn::BinOp::Add(_) => Some(left + right),
                syn::BinOp::Sub(_) => Some(left - right),
                syn::BinOp::Mul(_) => Some(left * right),
                syn::BinOp::Shl(_) => Some(left * right.exp2()),
                _ => None,
            }
        }
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return None };
            let value = evaluate(call.args.first()?, constants)?;
            match function.path.segments.last()?.ident.to_string().as_str() {
                "from_secs" => Some(value * 1e3),
                "from_millis" => Some(value),
                _ => None,
            }
        }
        _ => None,
    }
}

#[test]
fn a_limit_that_is_not_what_the_document_says_is_noticed() {
    let source = |code: &str| Source {
        name: "a/b".to_owned(),
        file: syn::parse_file(code).unwrap(),
    };
    let code = "const MAX_A_BYTES: usize = 4 << 10; const MAX_B: Duration = Duration::from_secs(2 * 60);
        const C_LIFETIME: Millis = 7 * DAY; const D_KEPT_FOR: Millis = C_LIFETIME - HOUR; const E: u8 = 1;";
    let found = limits(&source(code));
    let expected = [
        ("a/b::MAX_A_BYTES", "4 KiB"),
        ("a/b::MAX_B", "2 min"),
        ("a/b::C_LIFETIME", "7 days"),
        ("a/b::D_KEPT_FOR", "167 h"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (name, limit) in expected {
        assert_eq!(found[name], parse(limit), "{name}");
    }
    assert_ne!(parse("4 s"), parse("4"));
    assert_eq!(parse("3 000"), Amount::Number(3000.0));
}
