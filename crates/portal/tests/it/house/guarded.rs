//! What is written for a caller is made durable only where the caller's session still stands: by the type of its unit.
//! Here stands who begins a unit without one, and why that is right.

use std::collections::BTreeMap;

use syn::{Expr, ItemFn, visit::Visit};

use super::{is_test, sources};

/// Handlers that begin a unit that no session stands behind, or perhaps none.
const HANDLERS: [(&str, &str); 16] = [
    (
        "activations/begin::begin",
        "the program's token is what lets it in; its session begins here",
    ),
    (
        "alarms::raise",
        "the link from a security notice: who needs it may be locked out",
    ),
    (
        "aliases/confirmation::confirm_claim",
        "the link; where a session of the claimant's makes a difference, it guards it",
    ),
    (
        "aliases/confirmation::prove",
        "the link, and the other account's password",
    ),
    ("aliases/confirmation::refuse", "the link from the claim's mail"),
    (
        "aliases/withheld::separate",
        "the password of an account that nobody is signed in to",
    ),
    (
        "files/routes::record",
        "an upload may outlast its session, and is named in another",
    ),
    ("registration/invitations::renew", "an expired invitation link"),
    (
        "registration/register::finish",
        "the invitation link; the first session begins here",
    ),
    ("sessions/device_links::ask", "who asks cannot sign in"),
    (
        "sessions/device_links::redeem",
        "the link from a mail, which signs nobody in",
    ),
    (
        "sessions/hand_overs::take",
        "the hand-over's token; its session begins here",
    ),
    ("sessions/sign_in::finish", "the password; its session begins here"),
    ("sessions/sign_in::start", "nobody has proved anything yet"),
    (
        "admin/actor::begin",
        "an administrator's session guards it; the server itself has none",
    ),
    (
        "http/caller::begin",
        "the one way for whoever has a session: it guards the unit",
    ),
];

/// What the portal does by itself, and what somebody with the server at hand does.
const BY_ITSELF: [(&str, &str); 15] = [
    (
        "admin/accounts::invitation_link",
        "the server's command line; no route leads here",
    ),
    (
        "aliases/withheld::join_due",
        "the sweep, which hands over what was withheld for long enough",
    ),
    (
        "files/allowance::give_back",
        "what an upload did not use, after its client has gone",
    ),
    ("files/sweep::forget", "the sweep"),
    ("files/sweep::lease", "the sweep"),
    ("files/sweep::sweep", "the sweep"),
    ("mailer/announce::tell_a_few", "the mailer"),
    ("mailer/render::claim", "the mailer"),
    ("mailer/render::device_link", "the mailer"),
    ("mailer/render::invitation", "the mailer"),
    ("mailer/render::letter", "the mailer"),
    ("mailer/send_loop::claim_next", "the mailer"),
    ("mailer/send_loop::finish", "the mailer"),
    ("mailer/send_loop::postpone", "the mailer"),
    ("sessions/device_links::queue_due_device_links", "the mailer"),
];

/// The rest: the sweep as a whole, and the two types of unit themselves.
const ELSEWHERE: [(&str, &str); 3] = [
    ("workers::sweep", "the sweep"),
    ("portal::begin_unguarded", "makes the unit without a guard"),
    ("http/unit::begin", "makes the unit with one"),
];

#[test]
fn who_begins_a_unit_without_a_session_is_named_with_the_reason() {
    let named = HANDLERS.iter().chain(&BY_ITSELF).chain(&ELSEWHERE);
    let named: BTreeMap<String, &str> = named.map(|&(name, reason)| (name.to_owned(), reason)).collect();
    let mut found = BTreeMap::new();
    let mut guarded = 0;
    for source in sources().into_iter().filter(|source| source.room() != "storage") {
        let mut beginners = Beginners {
            file: &source.name,
            function: Vec::new(),
            found: &mut found,
            guarded: &mut guarded,
        };
        beginners.visit_file(&source.file);
    }
    let missing: Vec<_> = found.keys().filter(|name| !named.contains_key(*name)).collect();
    assert!(
        missing.is_empty(),
        "these begin a unit that no session guards: {missing:?}"
    );
    let gone: Vec<_> = named.keys().filter(|name| !found.contains_key(*name)).collect();
    assert!(gone.is_empty(), "these do not any more: {gone:?}");
    assert!(guarded >= 20, "what is written for a caller begins by it: {guarded}");
}

struct Beginners<'a> {
    file: &'a str,
    function: Vec<String>,
    found: &'a mut BTreeMap<String, ()>,
    guarded: &'a mut usize,
}

impl Beginners<'_> {
    fn unguarded(&mut self) {
        let function = self.function.last().expect("a call stands in a function");
        self.found.insert(format!("{}::{function}", self.file), ());
    }
}

impl<'ast> Visit<'ast> for Beginners<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function.push(function.sig.ident.to_string());
        syn::visit::visit_item_fn(self, function);
        self.function.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function.push(function.sig.ident.to_string());
        syn::visit::visit_impl_item_fn(self, function);
        self.function.pop();
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let on_store = matches!(&*call.receiver, Expr::Field(field)
            if matches!(&field.member, syn::Member::Named(name) if name == "store"));
        match call.method.to_string().as_str() {
            "begin_unguarded" => self.unguarded(),
            "begin" if on_store => self.unguarded(),
            "begin" => *self.guarded += 1,
            _ => {}
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func {
            let parts: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
            if parts == ["CallerUnit", "begin"] {
                self.unguarded();
            }
        }
        syn::visit::visit_expr_call(self, call);
    }
}
