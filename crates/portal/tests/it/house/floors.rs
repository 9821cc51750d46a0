//! Arrows only go down: a room uses those that stand below it, and so no circle of rooms can come to be.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::{File, Item, UseTree, visit::Visit};

use super::{root, sources};

/// The rooms from the ground up, storey by storey, as ARCHITECTURE.md draws them. A room may use those before it.
const STOREYS: [(&str, &[&str]); 5] = [
    (
        "ground",
        &["storage", "ports", "error", "settings", "accounts", "portal"],
    ),
    (
        "what everybody writes and asks",
        &["http", "activity", "changes", "files"],
    ),
    (
        "capabilities",
        &["keys", "outbox", "sessions", "mailbox", "registration", "activations"],
    ),
    ("use cases", &["sending", "outlook", "aliases", "alarms", "admin"]),
    ("street", &["mailer", "server", "workers"]),
];

fn floor(room: &str) -> Option<usize> {
    STOREYS
        .iter()
        .flat_map(|(_, rooms)| *rooms)
        .position(|one| *one == room)
}

#[test]
fn no_path_leads_from_a_lower_floor_to_a_higher_one() {
    let names = lent_names(&root());
    let mut climbing = Vec::new();
    let mut arrows = 0;
    for source in sources() {
        let own = floor(&source.room()).unwrap_or_else(|| panic!("{} stands on no floor", source.name));
        for target in targets(&source.file, &source.module(), &names) {
            arrows += usize::from(target != source.room());
            if floor(&target).unwrap_or_else(|| panic!("{target} stands on no floor")) > own {
                climbing.push(format!("{} uses {target}", source.name));
            }
        }
    }
    assert!(climbing.is_empty(), "these climb:\n{}", climbing.join("\n"));
    assert!(arrows > 300, "the walk sees what is there: {arrows}");
}

#[test]
fn every_room_stands_on_one_floor() {
    let mut declared: Vec<String> = root()
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(module) => Some(module.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut drawn: Vec<&str> = STOREYS.iter().flat_map(|(_, rooms)| *rooms).copied().collect();
    declared.sort_unstable();
    drawn.sort_unstable();
    assert_eq!(declared, drawn);
    let plan = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md")).unwrap();
    for (storey, rooms) in STOREYS {
        let line = plan.lines().find(|line| line.trim_start().starts_with(storey));
        let line = line.unwrap_or_else(|| panic!("ARCHITECTURE.md draws no storey {storey}"));
        for room in rooms {
            let is_named = line.split(|c: char| !c.is_alphanumeric()).any(|word| word == *room);
            assert!(is_named, "ARCHITECTURE.md does not draw {room} on the storey {storey}");
        }
    }
}

#[test]
fn a_path_is_seen_wherever_it_stands() {
    let names = BTreeMap::from([("Portal".to_owned(), "portal".to_owned())]);
    let module = ["accounts".to_owned(), "lock".to_owned()];
    for code in [
        "use crate::server::serve;",
        "use crate::{Portal, server};",
        "use super::super::server::{self, serve};",
        "fn f() { crate::server::serve() }",
        "fn f() -> crate::server::Served { todo() }",
        "fn f() { g::<crate::server::Served>() }",
        "fn f() { format!(\"{}\", crate::server::serve()) }",
        "mod tests { fn f() { super::super::super::server::serve() } }",
        "mod tests { use crate::server; }",
        "#[cfg(test)] mod tests { fn f() { assert!(crate::server::serve()) } }",
    ] {
        let file = syn::parse_file(code).unwrap();
        assert!(targets(&file, &module, &names).contains(&"server".to_owned()), "{code}");
    }
    for code in [
        "use super::address_lock;",
        "mod tests { use super::*; }",
        "use wire::server;",
    ] {
        let file = syn::parse_file(code).unwrap();
        assert!(
            !targets(&file, &module, &names).contains(&"server".to_owned()),
            "{code}"
        );
    }
}

/// What the root lends out, by name, with the room that it is of.
fn lent_names(root: &File) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for item in &root.items {
        if let Item::Use(lent) = item {
            let mut paths = Vec::new();
            leaves(&lent.tree, &mut Vec::new(), &mut paths);
            for path in paths {
                names.insert(path[path.len() - 1].clone(), path[0].clone());
            }
        }
    }
    names
}

/// The paths of a use tree, each to its last name.
fn leaves(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut end = |name: String| {
        let mut path = before.clone();
        path.push(name);
        paths.push(path);
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, paths)),
        UseTree::Name(name) => end(name.ident.to_string()),
        UseTree::Rename(rename) => end(rename.ident.to_string()),
        UseTree::Glob(_) => end("*".to_owned()),
    }
}

/// The rooms that a file's paths lead to, its own among them.
fn targets(file: &File, module: &[String], names: &BTreeMap<String, String>) -> Vec<String> {
    let mut walk = Walk {
        module: module.to_vec(),
        names,
        rooms: Vec::new(),
    };
    walk.visit_file(file);
    walk.rooms
}

struct Walk<'a> {
    /// Where the walk is, from the crate's root.
    module: Vec<String>,
    names: &'a BTreeMap<String, String>,
    rooms: Vec<String>,
}

impl Walk<'_> {
    fn path(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let resolved: Vec<&String> = match path.first().map(String::as_str) {
            Some("crate") => path[1..].iter().collect(),
            Some("super") => {
                let kept = self.module.len().saturating_sub(supers);
                self.module[..kept].iter().chain(&path[supers..]).collect()
            }
            _ => return,
        };
        if let Some(&first) = resolved.first().filter(|first| **first != "*") {
            let room = self.names.get(first).unwrap_or(first);
            self.rooms.push(room.clone());
        }
    }

    /// Inside a macro there is no syntax to go by: every `crate::…` and `super::…` counts.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Ident(name) => path.push(name.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                TokenTree::Group(group) => {
                    self.path(&std::mem::take(&mut path));
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.path(&std::mem::take(&mut path)),
            }
        }
        self.path(&path);
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut paths = Vec::new();
        leaves(&item.tree, &mut Vec::new(), &mut paths);
        paths.iter().for_each(|path| self.path(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.path(&parts);
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}
