//! The security log: what happened to whom, without anybody's name, address or id in it.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use portal::SECURITY_LOG;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

use crate::{people::PASSWORD, test_portal::TestPortal};

/// The fields of an event, as text.
type Fields = BTreeMap<String, String>;

/// Writes down what is said under the security log's target, and everything else apart.
#[derive(Clone, Default)]
struct Written {
    security: Arc<Mutex<Vec<Fields>>>,
    all: Arc<Mutex<String>>,
}

struct Collect(Fields);

impl Visit for Collect {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber> Layer<S> for Written {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        // What operators see unless they ask for more.
        if level > tracing::Level::INFO || event.metadata().target().starts_with("sqlx") {
            return;
        }
        let mut fields = Collect(Fields::new());
        event.record(&mut fields);
        *self.all.lock().unwrap() += &format!("{:?}\n", fields.0);
        if event.metadata().target() == SECURITY_LOG {
            self.security.lock().unwrap().push(fields.0);
        }
    }
}

impl Written {
    fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(tracing_subscriber::registry().with(self.clone()))
    }

    /// The events so far, each with whom it is about; none is left.
    fn take(&self) -> Vec<(String, String)> {
        let events = std::mem::take(&mut *self.security.lock().unwrap());
        let field = |event: &Fields, name: &str| event.get(name).cloned().unwrap_or_default();
        events
            .iter()
            .map(|event| (field(event, "event"), field(event, "account")))
            .collect()
    }
}

fn is_pseudonym(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[tokio::test]
async fn what_happens_to_an_account_is_logged_by_a_pseudonym() {
    let written = Written::default();
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (anna_in_log, ben_in_log) = (test.portal.log_name(anna.id()), test.portal.log_name(ben.id()));
    assert!(is_pseudonym(&anna_in_log) && anna_in_log != ben_in_log);
    let listening = written.listen();

    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    assert_eq!(written.take(), [("signed-in".to_owned(), anna_in_log.clone())]);

    test.try_sign_in("anna@example.test", "not her password")
        .await
        .unwrap_err();
    assert_eq!(written.take(), [("refused".to_owned(), anna_in_log.clone())]);

    // An address that nobody has is refused by a pseudonym of its own, the same each time.
    let mut unknown = Vec::new();
    for _ in 0..2 {
        test.try_sign_in("nobody@example.test", PASSWORD).await.unwrap_err();
        unknown.extend(written.take());
    }
    assert_eq!((unknown.len(), &unknown[0]), (2, &unknown[1]));
    assert!(unknown[0].0 == "refused" && is_pseudonym(&unknown[0].1));

    for _ in 0..6 {
        let _ = test.try_sign_in("ben@example.test", "not his password").await;
    }
    let tries = written.take();
    assert!(tries.iter().all(|(_, account)| *account == ben_in_log), "{tries:?}");
    assert_eq!(tries.last().unwrap().0, "locked-out");
    drop(listening);
    ensure_nothing_personal(&written, &["anna", "ben", "nobody", "example.test", PASSWORD]);
}

#[tokio::test]
async fn promoting_and_absorbing_are_logged_once_they_happened() {
    let written = Written::default();
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (anna_in_log, ben_in_log) = (test.portal.log_name(anna.id()), test.portal.log_name(ben.id()));
    let listening = written.listen();
    let events = |name: &str, all: &[(String, String)]| -> Vec<String> {
        let of_name = all.iter().filter(|(event, _)| event == name);
        of_name.map(|(_, account)| account.clone()).collect()
    };

    anna.absorb("ben@example.test", PASSWORD).await;
    let said = written.take();
    assert_eq!(events("account-absorbed", &said), std::slice::from_ref(&anna_in_log));
    assert_eq!(events("absorbed-into", &said), [ben_in_log]);

    anna.promote("ben@example.test", false).await.ok();
    assert_eq!(events("promoted", &written.take()), [anna_in_log]);

    // What is refused happened to nobody.
    let refused = anna.promote("nobody@example.test", false).await;
    assert_eq!(refused.problem(), "not-found");
    assert!(events("promoted", &written.take()).is_empty());
    drop(listening);
    let (anna, ben) = (anna.id().to_string(), ben.id().to_string());
    ensure_nothing_personal(&written, &["anna", "ben", "example.test", &anna, &ben]);
}

/// Nothing that leads to a person stands in anything that was logged.
fn ensure_nothing_personal(written: &Written, personal: &[&str]) {
    let all = written.all.lock().unwrap().to_lowercase();
    assert!(all.contains("security event"), "something was logged");
    for word in personal {
        assert!(!all.contains(&word.to_lowercase()), "{word} in the log: {all}");
    }
}
