//! The demonstration's view of everybody's basic inbox. Not there unless the portal was started as a demonstration, which
//! it only is on loopback.

use std::sync::LazyLock;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use mail_parser::MessageParser;
use minijinja::{Environment, Value, context};
use wire::ProblemType;

use super::Answer;
use crate::{Portal, notices::FolderRelay};

static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut page = Environment::new();
    if let Err(error) = page.add_template("basic-mail.html", include_str!("basic-mail.html")) {
        tracing::error!(%error, "the demonstration's page is not a template");
    }
    page
});

/// Every basic mail that the portal sent, newest first, with its link to follow.
pub(super) async fn basic_mail(State(portal): State<Portal>) -> Answer<Response> {
    let mails = portal
        .settings
        .demo_mail
        .as_ref()
        .map(|folder| FolderRelay::new(folder).mails())
        .transpose()
        .map_err(|_| ProblemType::Unavailable)?
        .unwrap_or_default();
    let shown: Vec<Value> = mails.iter().filter_map(|(to, message)| show(to, message)).collect();
    let page = PAGE
        .get_template("basic-mail.html")
        .and_then(|page| page.render(context! { portal => &portal.settings.name, mails => shown }))
        .map_err(|_| ProblemType::Internal)?;
    let mut response = Html(page).into_response();
    // The one page that is styled in place.
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    Ok(response)
}

fn show(to: &str, message: &[u8]) -> Option<Value> {
    let mail = MessageParser::default().parse(message)?;
    let from = mail.from()?.first()?;
    let text = mail.body_text(0)?.into_owned();
    let is_link = |word: &&str| word.starts_with("http");
    let links: Vec<String> = text.split_whitespace().filter(is_link).map(str::to_owned).collect();
    Some(context! {
        to => to.to_owned(),
        from => format!("{} <{}>", from.name().unwrap_or_default(), from.address().unwrap_or_default()),
        subject => mail.subject()?.to_owned(),
        date => mail.date()?.to_rfc822(),
        text,
        links,
    })
}
