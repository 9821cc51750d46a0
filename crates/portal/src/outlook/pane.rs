//! The task pane's page, which Outlook's own pages put a frame around: the only page of the portal that anybody may.
//!
//! It runs office.js, Microsoft's library between Outlook and an add-in. We may not ship that: the page loads it from
//! where Microsoft or the administrator has it.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use wire::ProblemType;

use crate::{
    Portal, Result, Settings,
    http::{MayBeFramed, document, file, policy},
    settings::MICROSOFT_OFFICE_JS,
};

/// A library that some versions of office.js fetch from there, wherever they came from themselves, and do not start
/// without. Of that host this one file and no other.
const MICROSOFT_AJAX: &str = "https://ajax.aspnetcdn.com/ajax/3.5/MicrosoftAjax.js";

/// The demonstration's stand-in for office.js.
const STAND_IN_OFFICE_JS: &str = "/demo/outlook/office.js";

/// Where Outlook on the web and the new Outlook for Windows run, but for national clouds and Exchange on premises. The
/// other Outlooks put no frame around an add-in.
const OUTLOOK_ORIGINS: [&str; 4] = [
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.live.com",
    "https://outlook.cloud.microsoft",
];

/// The pane.
pub(super) async fn pane(State(portal): State<Portal>, asked: HeaderMap) -> Result<Response> {
    let office_js = office_js_of(&portal.settings).ok_or(ProblemType::NotFound)?;
    let bundled = file("outlook/pane.html").ok_or(ProblemType::NotFound)?;
    let mut response = document("text/html; charset=utf-8", page(&bundled.data, office_js), &asked);
    let policy = HeaderValue::from_str(&policy_of(&portal.settings, office_js)).map_err(|_| ProblemType::Internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.extensions_mut().insert(MayBeFramed);
    Ok(response)
}

/// The bundle's page, with office.js from where it is to come.
fn page(bundled: &[u8], office_js: &str) -> Vec<u8> {
    // Its characters are those of a URL or path; of these, one means something in HTML.
    let wanted = office_js.replace('&', "&amp;");
    String::from_utf8_lossy(bundled)
        .replace(MICROSOFT_OFFICE_JS, &wanted)
        .into_bytes()
}

fn policy_of(settings: &Settings, office_js: &str) -> String {
    let mut hosts = OUTLOOK_ORIGINS.to_vec();
    hosts.extend(settings.outlook_hosts.iter().map(String::as_str));
    if settings.demo {
        hosts.push("'self'");
        return policy("", &hosts.join(" "), true);
    }
    let scripts = format!("{} {MICROSOFT_AJAX}", origin(office_js));
    // office.js gives plain text to the scripts that it loads: where types had to be trusted it would not start.
    policy(scripts.trim_start(), &hosts.join(" "), false)
}

/// Where the pane loads office.js from; nothing where nobody said so, and there is no add-in.
pub(super) fn office_js_of(settings: &Settings) -> Option<&str> {
    match settings.demo {
        true => Some(STAND_IN_OFFICE_JS),
        false => settings.office_js.as_deref(),
    }
}

/// The origin of a URL; nothing of a path, which is the portal's own. Of the origin and not the one file, since office.js
/// loads the rest of itself from beside it.
fn origin(url: &str) -> &str {
    match url.strip_prefix("https://") {
        Some(rest) => &url[..url.len() - rest.len() + rest.find('/').unwrap_or(rest.len())],
        None => "",
    }
}

/// Not an origin that may embed the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a host of Outlook is https:// and a name, like https://mail.example.org, with a port where it has one, and no path"
)]
pub struct NotAHost;

/// An origin that may embed the pane, in the spelling of browsers.
///
/// # Errors
/// Where it is anything else. It becomes a part of a header that protects the pane: a wildcard, a space or a semicolon
/// would open that to others.
pub fn host(text: &str) -> Result<String, NotAHost> {
    let lower = text.to_ascii_lowercase();
    let authority = lower.strip_prefix("https://").ok_or(NotAHost)?;
    match is_authority(authority) {
        true => Ok(lower),
        false => Err(NotAHost),
    }
}

fn is_authority(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let is_label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_port = port.parse::<u16>().is_ok_and(|number| number > 0) && port.bytes().all(|byte| byte.is_ascii_digit());
    name.split('.').all(is_label) && is_port
}

/// Not where office.js can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("office.js is at an https:// URL, or at a path on this portal's own host that begins with a slash")]
pub struct NotOfficeJs;

/// Where office.js is: a URL, or a path on the portal's own host, where the proxy serves it.
///
/// # Errors
/// Where it is neither.
pub fn office_js(text: &str) -> Result<String, NotOfficeJs> {
    let (start, path) = match text.strip_prefix("https://") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').ok_or(NotOfficeJs)?);
            (format!("https://{}", authority.to_ascii_lowercase()), path)
        }
        None => (String::new(), text),
    };
    // Two slashes would begin another host. Of characters only those that a URL holds as they are, without quotes.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?&=+,:@".contains(&byte);
    let is_path = path.starts_with('/') && !path.starts_with("//") && path.len() > 1 && path.bytes().all(plain);
    let is_host = start.is_empty() || host(&start).is_ok();
    match is_path && is_host {
        true => Ok(start + path),
        false => Err(NotOfficeJs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("Clinic Post", "https://post.clinic.example")
    }

    #[test]
    fn the_page_takes_office_js_from_where_it_is_to_come() {
        let bundled = format!("<script src=\"{MICROSOFT_OFFICE_JS}\"></script>");
        let with = |office_js: &str, demo| {
            let settings = Settings {
                office_js: Some(office_js.into()),
                demo,
                ..settings()
            };
            let page = page(bundled.as_bytes(), office_js_of(&settings).unwrap());
            String::from_utf8(page).unwrap()
        };
        assert_eq!(with(MICROSOFT_OFFICE_JS, false), bundled);
        assert_eq!(
            with("/office/office.js?a=1&b", false),
            "<script src=\"/office/office.js?a=1&amp;b\"></script>"
        );
        assert_eq!(
            with(MICROSOFT_OFFICE_JS, true),
            "<script src=\"/demo/outlook/office.js\"></script>"
        );
    }

    #[test]
    fn there_is_none_unless_somebody_says_where() {
        assert_eq!(office_js_of(&settings()), None);
        let demo = Settings {
            demo: true,
            ..settings()
        };
        assert_eq!(office_js_of(&demo), Some(STAND_IN_OFFICE_JS));
    }

    #[test]
    fn a_host_is_an_https_origin() {
        assert_eq!(host("https://Mail.Example.org").unwrap(), "https://mail.example.org");
        assert_eq!(host("https://mail:8443").unwrap(), "https://mail:8443");
        for bad in [
            "",
            "https://",
            "mail.example.org",
            "http://mail.example.org",
            "https://mail.example.org/",
            "https://mail.example.org/owa",
            "https://*.example.org",
            "https://mail.example.org 'self'",
            "https://mail.example.org;",
            "https://mail.example.org, https://evil.example",
            "https://a@b.example",
            "https://mail.example.org:",
            "https://mail.example.org:0",
            "https://mail.example.org:+1",
            "https://mail.example.org:1:2",
            "https://mäil.example.org",
            "https://-a.example",
            "https://a..example",
            "https://mail.example.org\n",
            "https://[::1]",
            "'none'",
            "data:",
        ] {
            assert_eq!(host(bad), Err(NotAHost), "{bad:?}");
        }
    }

    #[test]
    fn office_js_is_at_a_url_or_a_path() {
        for good in [
            MICROSOFT_OFFICE_JS,
            "https://files.example.org:8443/o.js?v=1",
            "/office/office.js",
        ] {
            assert_eq!(office_js(good).unwrap(), good);
        }
        assert_eq!(
            office_js("https://Files.Example.org/O.js").unwrap(),
            "https://files.example.org/O.js"
        );
        for bad in [
            "",
            "/",
            "//evil.example/o.js",
            "office.js",
            "http://files.example.org/o.js",
            "https://files.example.org",
            "https://a b/o.js",
            "https://files.example.org/\"><script>",
            "/o.js;",
            "/o.js'",
            "data:text/javascript,1",
            "https://*/o.js",
            "https:///o.js",
            "/o.js#x",
            "/ö.js",
            "/o.js\n",
        ] {
            assert_eq!(office_js(bad), Err(NotOfficeJs), "{bad:?}");
        }
    }

    #[test]
    fn scripts_may_come_from_the_origin_of_office_js() {
        assert_eq!(origin(MICROSOFT_OFFICE_JS), "https://appsforoffice.microsoft.com");
        assert_eq!(origin("/office/office.js"), "");
    }
}
