//! A browser of a few lines: cookies, redirects, and the provider's own forms.

use std::collections::BTreeMap;

use connect::guard::{self, Reach};
use reqwest::{Client, Method, StatusCode, Url, header};

/// What a page answered at last, after every redirect.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) url: Url,
    pub(super) status: StatusCode,
    pub(super) body: String,
}

pub(super) struct Browser {
    client: Client,
    /// By host with port, and name.
    cookies: BTreeMap<(String, String), String>,
}

/// The most steps of a sign-in; a loop of redirects is a failure.
const MOST_STEPS: usize = 20;

impl Browser {
    pub(super) fn new() -> Self {
        Self {
            client: guard::client(Reach::Private).unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    /// Goes to an address and on through the provider's forms as `login`, until something under `stop`
    /// has answered.
    pub(super) async fn sign_in(&mut self, from: &str, login: &str, stop: &str) -> Shown {
        let mut next = (Url::parse(from).unwrap(), None);
        for _ in 0..MOST_STEPS {
            let (url, form) = next;
            let (shown, onward) = self.ask(url, form.as_deref()).await;
            if shown.url.as_str().starts_with(stop) {
                return shown;
            }
            next = match onward {
                Some(onward) => (onward, None),
                None => {
                    let (action, form) = filled(&shown, login);
                    (action, Some(form))
                }
            };
        }
        panic!("the sign-in does not end");
    }

    /// Ends the session at the provider, by its own form.
    pub(super) async fn sign_out(&mut self, end: &str) {
        let (page, _) = self.ask(Url::parse(end).unwrap(), None).await;
        let (action, form) = filled(&page, "");
        let (done, _) = self.ask(action, Some(&(form + "&logout=yes"))).await;
        assert!(done.status.is_redirection(), "{done:?}");
    }

    /// One request, a GET or the POST of a form, and where it leads.
    pub(super) async fn ask(&mut self, url: Url, form: Option<&str>) -> (Shown, Option<Url>) {
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(80));
        let of_host = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<_> = of_host
            .map(|((_, name), v)| format!("{name}={v}"))
            .collect();
        let method = if form.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = self.client.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(form) = form {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let key = (host.clone(), name.to_owned());
            match value {
                "" => drop(self.cookies.remove(&key)),
                _ => drop(self.cookies.insert(key, value.to_owned())),
            }
        }
        let location = answer.headers().get(header::LOCATION);
        let onward = location.map(|to| url.join(to.to_str().unwrap()).unwrap());
        let shown = Shown {
            url,
            status: answer.status(),
            body: answer.text().await.unwrap(),
        };
        (shown, onward)
    }
}

/// The form of a page: where it goes, and what it sends with the name of who signs in put in.
fn filled(page: &Shown, login: &str) -> (Url, String) {
    let form = page
        .body
        .split_once("<form")
        .unwrap_or_else(|| panic!("{page:?}"));
    let action = attribute(form.1, "action").unwrap_or_else(|| panic!("{page:?}"));
    let mut fields = String::new();
    for input in form.1.split("<input").skip(1) {
        let tag = input.split('>').next().unwrap();
        let name = attribute(tag, "name").unwrap_or_default();
        let value = match name {
            "login" | "password" => login,
            _ => attribute(tag, "value").unwrap_or_default(),
        };
        fields += &format!("{name}={value}&");
    }
    let fields = fields.trim_end_matches('&').to_owned();
    (page.url.join(action).unwrap(), fields)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}
