//! The demonstration's view of everybody's basic inbox. Not there unless the portal was started as a demonstration, which
//! it only is on loopback.

use std::sync::LazyLock;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use mail_parser::MessageParser;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use wire::ProblemType;

use crate::{Portal, Result, ports::relay::FolderRelay};

static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut page = Environment::new();
    if let Err(error) = page.add_template("basic-mail.html", include_str!("basic-mail.html")) {
        tracing::error!(%error, "the demonstration's page is not a template");
    }
    page
});

/// One basic mail, as its reader sees it.
#[derive(Serialize)]
pub(super) struct BasicMail {
    to: String,
    from: String,
    subject: String,
    /// As RFC 822 has it.
    date: String,
    text: String,
    html: String,
}

/// Every basic mail that the portal sent, newest first, with its link to follow.
pub(super) async fn basic_mail(State(portal): State<Portal>) -> Result<Response> {
    let shown: Vec<Value> = sent(&portal)?.into_iter().map(value).collect();
    let page = PAGE
        .get_template("basic-mail.html")
        .and_then(|page| page.render(context! { portal => &portal.settings.name, mails => shown }))
        .map_err(|_| ProblemType::Internal)?;
    let mut response = Html(page).into_response();
    // The one page that is styled in place.
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'",
        ),
    );
    Ok(response)
}

/// A mail as the page's template takes it.
fn value(mail: BasicMail) -> Value {
    let is_link = |word: &&str| word.starts_with("http");
    let links: Vec<String> = mail
        .text
        .split_whitespace()
        .filter(is_link)
        .map(str::to_owned)
        .collect();
    let BasicMail {
        to,
        from,
        subject,
        date,
        text,
        html: _,
    } = mail;
    context! { to, from, subject, date, text, links }
}

/// The same mails for the page that stands in for Outlook.
pub(super) async fn basic_mail_json(State(portal): State<Portal>) -> Result<Json<Vec<BasicMail>>> {
    sent(&portal).map(Json)
}

/// What the portal sent, newest first.
fn sent(portal: &Portal) -> Result<Vec<BasicMail>> {
    let mails = portal
        .settings
        .demo_mail
        .as_ref()
        .map(|folder| FolderRelay::new(folder).mails())
        .transpose()
        .map_err(|_| ProblemType::Unavailable)?
        .unwrap_or_default();
    Ok(mails.iter().filter_map(|(to, message)| read(to, message)).collect())
}

fn read(to: &str, message: &[u8]) -> Option<BasicMail> {
    let mail = MessageParser::default().parse(message)?;
    let from = mail.from()?.first()?;
    Some(BasicMail {
        to: to.to_owned(),
        from: format!(
            "{} <{}>",
            from.name().unwrap_or_default(),
            from.address().unwrap_or_default()
        ),
        subject: mail.subject()?.to_owned(),
        date: mail.date()?.to_rfc822(),
        text: mail.body_text(0)?.into_owned(),
        html: mail.body_html(0)?.into_owned(),
    })
}
