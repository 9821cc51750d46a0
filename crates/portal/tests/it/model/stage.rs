//! The portal that the sequences are played on: one for all of them, put back to its beginning before each.

use std::collections::BTreeSet;

use axum::{body::Body, http::Method};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use portal::{
    UnguardedUnit, accounts, admin, aliases,
    storage::{Engine, Key as _, RowExt as _},
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, any::AnyRow};
use vault::password::{Registration, SignIn};
use wire::{
    Bytes, Millis, Problem, ProblemType, Sha256,
    claims::{Asks, ClaimShown, Outcome as Shown},
    ids::{AccountId, ActivationId},
    people::{Invite, Recipient},
    sessions::{AccountKind, RegistrationStarted, SignedIn},
};

use super::{
    keys::{self, Keeper, Sealed},
    names::{Activation, Addr, ClaimName, Key, Names, Proof, Session, Who, message_id},
    reference::{By, Op, Outcome},
    world::{World, question},
};
use crate::{
    people::{PASSWORD, Reply, asked, known_portal, request, session_begun, token},
    stationery,
    test_portal::{NOW, TestPortal},
};

pub struct Stage {
    pub test: TestPortal,
    pub engine: Engine,
    keeper: Keeper,
    question: String,
    digest: String,
    reset: String,
    /// What a client uploads that registers: once made, since it takes a password to be stretched.
    upload: Bytes,
    base: Option<(World, Names)>,
}

/// What only the one who asked learns.
#[derive(Debug)]
pub enum Learned {
    Nothing,
    Link(ClaimName, [u8; 32]),
    Proof(Proof, [u8; 32]),
    Session(Session, String),
    Activation(Activation, [u8; 32], ActivationId),
    Recipients(Vec<Recipient>),
}

/// Secrets of things that are made by number.
fn secret(of: &str, number: u32) -> [u8; 32] {
    Sha256::of(format!("{of} {number}").as_bytes()).0
}

impl Stage {
    pub async fn open(engine: Engine) -> Self {
        let keeper = Keeper::default();
        let test = TestPortal::quick(engine, Box::new(keeper.clone())).await;
        let mut stage = Self {
            engine,
            keeper,
            question: question(engine),
            digest: String::new(),
            reset: String::new(),
            upload: Bytes(Vec::new()),
            base: None,
            test,
        };
        stage.set_traps().await;
        stage.people_register().await;
        stage
    }

    async fn run(&self, sql: &str) {
        let mut unit = self.test.portal.begin_unguarded().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **unit).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// The people of the beginning: Professionals, two of whom administer the portal, and a Guest.
    async fn people_register(&mut self) {
        let mut names = Names::default();
        let people = [(0, true, true), (1, true, false), (2, true, true), (3, false, false)];
        for (session, (address, professional, administrator)) in people.into_iter().enumerate() {
            let address = Addr(address);
            let who = Who::First(address);
            let kind = if professional {
                AccountKind::Professional
            } else {
                AccountKind::Guest
            };
            let invite = Invite {
                address: address.address(),
                kind,
            };
            let link = admin::invitation_link(&self.test.portal, &invite, administrator)
                .await
                .unwrap();
            let invited = admin::find(&self.test.portal, &invite.address).await.unwrap();
            if self.upload.0.is_empty() {
                self.upload = self.make_upload(&token(&link)).await;
            }
            let row = sqlx::query("SELECT fingerprint FROM accounts WHERE id = $1");
            let mut db = self.test.portal.store.read().await.unwrap();
            let row = row.bind(invited.key()).fetch_one(&mut *db).await.unwrap();
            names.account(invited, who);
            names.key(&row.text("fingerprint").unwrap(), Key::Waiting(who));
            names.key(&keys::own(who).1, Key::Own(who));
            let reply = self.register(who, invited, &token(&link)).await.ok();
            let bearer = reply.json::<SignedIn>().bearer.unwrap();
            names.session(u32::try_from(session).unwrap(), bearer);
        }
        self.test.clock.pass(1);
        let world = self.read(&mut names, NOW + 1).await;
        assert_eq!(world.addresses.len(), 4);
        self.keep_tables().await;
        self.base = Some((world, names));
    }

    async fn make_upload(&self, token: &Bytes) -> Bytes {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (registration, request) = Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut rng).unwrap();
        let body = json!({ "token": token, "registration_request": Bytes(request) });
        let started: RegistrationStarted = self.test.post("/api/v1/registrations/start", body).await.ok().json();
        Bytes(
            registration
                .finish(
                    started.registration_response.as_ref(),
                    &started.setup,
                    &known_portal(),
                    &mut rng,
                )
                .unwrap()
                .0,
        )
    }

    async fn register(&self, who: Who, account: AccountId, token: &Bytes) -> Reply {
        let (certificate, fingerprint) = keys::own(who);
        let sealed = Sealed {
            to: None,
            keys: vec![fingerprint],
        };
        let body = json!({
            "token": token,
            "name": format!("{who:?}"),
            "registration_upload": self.upload,
            "password_setup": 1,
            "certificate": Bytes(certificate),
            "vault": {
                "sealed": Bytes(sealed.to_vault(account, 1)),
                "slot": account,
                "password_slot": Bytes(vec![1]),
            },
            "carrier": "bearer",
        });
        self.test.post("/api/v1/registrations", body).await
    }

    /// The tables of the portal, those that others refer to first.
    async fn tables(&self) -> Vec<String> {
        let sql = match self.engine {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid",
            Engine::Postgres => {
                "SELECT CAST(c.relname AS TEXT) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.oid"
            }
        };
        let mut db = self.test.portal.store.read().await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut *db).await.unwrap();
        let mut names: Vec<String> = rows.iter().map(|row| row.text("name").unwrap()).collect();
        names.retain(|name| {
            ["_", "sqlite_", "model_"]
                .iter()
                .all(|prefix| !name.starts_with(prefix))
        });
        // Tables of an earlier step refer to this one of a later step.
        names.sort_by_key(|name| match name.as_str() {
            "accounts" => 0,
            "activations" => 1,
            _ => 2,
        });
        names
    }

    /// Triggers before every write, which count down and stop the one at zero: a crash between any two writes.
    async fn set_traps(&mut self) {
        let mut sql = "CREATE TABLE model_trap (left_over BIGINT); INSERT INTO model_trap VALUES (NULL);".to_owned();
        if self.engine == Engine::Postgres {
            sql += "CREATE FUNCTION model_crash() RETURNS trigger AS $$ BEGIN \
                        UPDATE model_trap SET left_over = left_over - 1; \
                        IF (SELECT left_over FROM model_trap) < 0 THEN RAISE EXCEPTION 'crash'; END IF; \
                        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; \
                        RETURN NEW; \
                    END $$ LANGUAGE plpgsql;\
                    CREATE FUNCTION model_armed() RETURNS boolean AS \
                        'SELECT left_over IS NOT NULL FROM model_trap' LANGUAGE sql STABLE;";
        }
        for table in self.tables().await {
            for verb in ["INSERT", "UPDATE", "DELETE"] {
                let name = format!("model_{table}_{verb}");
                sql += &match self.engine {
                    Engine::Sqlite => format!(
                        "CREATE TRIGGER {name} BEFORE {verb} ON {table} \
                         WHEN (SELECT left_over FROM model_trap) IS NOT NULL BEGIN \
                             UPDATE model_trap SET left_over = left_over - 1; \
                             SELECT RAISE(ABORT, 'crash') FROM model_trap WHERE left_over < 0; \
                         END;"
                    ),
                    Engine::Postgres => format!(
                        "CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW WHEN (model_armed()) \
                         EXECUTE FUNCTION model_crash();"
                    ),
                };
            }
        }
        self.run(&sql).await;
        self.digest = self.digest_question().await;
    }

    /// Every row of every table, as a text a table. PostgreSQL writes a row anew wherever it changes: there its place and
    /// the transaction that wrote it say it. Of bytes on SQLite, which may be long, their length and their end.
    async fn digest_question(&self) -> String {
        let mut parts = Vec::new();
        for table in self.tables().await {
            let row = match self.engine {
                Engine::Postgres => {
                    "string_agg(CAST(ctid AS TEXT) || CAST(xmin AS TEXT), ',' ORDER BY ctid)".to_owned()
                }
                Engine::Sqlite => {
                    let mut db = self.test.portal.store.read().await.unwrap();
                    let sql = format!("SELECT name, type FROM pragma_table_info('{table}')");
                    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *db).await.unwrap();
                    let columns = rows
                        .iter()
                        .map(|row| (row.text("name").unwrap(), row.text("type").unwrap()));
                    let columns = columns.map(|(name, of)| match of.as_str() {
                        "BLOB" => format!("quote(substr({name}, -48)) || COALESCE(length({name}), '')"),
                        _ => format!("quote({name})"),
                    });
                    format!("group_concat({})", columns.collect::<Vec<_>>().join(" || ',' || "))
                }
            };
            parts.push(format!("SELECT '{table}' AS t, {row} AS d FROM {table}"));
        }
        parts.join(" UNION ALL ")
    }

    /// Asks what is committed. On SQLite over the connection that writes: the others read every page anew whenever it has
    /// written, which takes longer.
    async fn ask(&self, sql: &str, now: Option<Millis>) -> Vec<AnyRow> {
        let question = sqlx::query(AssertSqlSafe(sql));
        let question = match now {
            Some(now) => question.bind(now),
            None => question,
        };
        let store = &self.test.portal.store;
        match self.engine {
            Engine::Sqlite => {
                let mut unit = store.begin().await.unwrap();
                let rows = question.fetch_all(&mut *unit).await.unwrap();
                unit.rollback().await;
                rows
            }
            Engine::Postgres => question.fetch_all(&mut *store.read().await.unwrap()).await.unwrap(),
        }
    }

    pub async fn digest(&self) -> String {
        let rows = self.ask(&self.digest, None).await;
        let line = |row: &AnyRow| {
            let [table, rows] = ["t", "d"].map(|name| row.maybe_text(name).unwrap().unwrap_or_default());
            format!("{table} {rows}\n")
        };
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        // PostgreSQL may ask several tables at once, and answers as they come.
        lines.sort();
        lines.concat()
    }

    /// The write after so many fails from now on; none does with `None`.
    pub async fn trap(&self, after: Option<i64>) {
        let mut unit = self.test.portal.begin_unguarded().await.unwrap();
        let set = sqlx::query("UPDATE model_trap SET left_over = $1").bind(after);
        set.execute(&mut **unit).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Keeps all tables as they are now, to be put back.
    async fn keep_tables(&mut self) {
        let tables = self.tables().await;
        let mut keep = String::new();
        for table in &tables {
            keep += &format!("CREATE TABLE model_base_{table} AS SELECT * FROM {table};");
            self.reset = format!("DELETE FROM {table};{}", self.reset);
        }
        for table in &tables {
            self.reset += &format!("INSERT INTO {table} SELECT * FROM model_base_{table};");
        }
        self.run(&keep).await;
    }

    /// Begins again.
    pub async fn reset(&self) -> (World, Names) {
        self.run(&self.reset).await;
        self.keeper.begin(1);
        let time = self.test.portal.now();
        self.test.clock.pass(NOW + 1 - time);
        self.base.clone().unwrap()
    }

    /// What the database has, with names for what is new. `now` is the time of the step that was done.
    pub async fn read(&self, names: &mut Names, now: Millis) -> World {
        World::read(&self.ask(&self.question, Some(now)).await, &self.keeper, names)
    }

    pub async fn call(&self, method: Method, path: &str, bearer: Option<&str>, body: Value) -> Reply {
        let path = format!("/api/v1{path}");
        self.test.request(asked(method, &path, bearer, &body)).await
    }

    /// What is there before an operation without being a part of it: a link in a mail.
    pub async fn lay_out(&self, op: &Op, names: &Names) {
        let (sql, hash, account, address, expires_at) = match op {
            Op::Register { who, session } => (
                "INSERT INTO invitation_tokens (hash, account, expires_at) VALUES ($1, $2, $4) \
                 ON CONFLICT DO NOTHING",
                secret("invitation", *session),
                *who,
                None,
                Millis::MAX,
            ),
            Op::Alarm { who, at, number } => (
                "INSERT INTO alarms (hash, account, address, expires_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING",
                secret("alarm", *number),
                *who,
                Some(at.typed()),
                Millis::MAX,
            ),
            _ => return,
        };
        let mut unit = self.test.portal.begin_unguarded().await.unwrap();
        let put = sqlx::query(sql)
            .bind(Sha256::of(&hash).key())
            .bind(names.account_ids[&account].key());
        put.bind(address).bind(expires_at).execute(&mut **unit).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Does it, as a client or the portal's own workers would.
    #[allow(clippy::too_many_lines, reason = "an arm an operation")]
    pub async fn act(&self, op: &Op, names: &Names) -> (Outcome, Learned) {
        let bearer = |session: &Session| Some(names.bearers[session].as_str());
        let link = |link| Bytes(names.tokens[link].to_vec());
        let (post, put, delete) = (Method::POST, Method::PUT, Method::DELETE);
        let account = |who| names.account_ids[who];
        let claim = |claim| names.claim_ids[claim];
        let reply = match op {
            Op::Prepare { by, to } => {
                let body = json!({ "addresses": [to.typed()] });
                let reply = self.call(post, "/recipients", bearer(by), body).await;
                if reply.status.is_success() {
                    return (Outcome::Done, Learned::Recipients(reply.json()));
                }
                reply
            }
            Op::Send {
                by,
                from,
                to,
                packets,
                message,
            } => {
                let packet = |(who, key)| {
                    let fingerprint = &names.fingerprints[key];
                    json!({ "account": account(who), "fingerprint": fingerprint, "packet": Bytes(keys::packet_for(fingerprint)) })
                };
                let body = json!({
                    "id": message_id(*message),
                    "from": from.typed(),
                    "to": to.iter().map(|address| address.typed()).collect::<Vec<_>>(),
                    "cc": [], "bcc": [], "files": [],
                    "key_packets": packets.iter().map(packet).collect::<Vec<_>>(),
                    "cover": Bytes(stationery::enclose(b"cover")),
                    "body": Bytes(stationery::enclose(b"body")),
                    "in_reply_to": null,
                });
                let request =
                    request(post, "/api/v1/messages", bearer(by)).header("idempotency-key", message.to_string());
                self.test
                    .request(request.body(Body::from(body.to_string())).unwrap())
                    .await
            }
            Op::Certify { by, who, addresses } => {
                let certificate = keys::certified(*who, addresses);
                self.call(
                    put,
                    "/certificate",
                    bearer(by),
                    json!({ "certificate": Bytes(certificate) }),
                )
                .await
            }
            Op::Claim { by, on } => {
                self.call(post, "/claims", bearer(by), json!({ "address": on.typed() }))
                    .await
            }
            Op::ClaimFor { by, of, on } => {
                let path = format!("/admin/accounts/{}/claims", account(of));
                self.call(post, &path, bearer(by), json!({ "address": on.typed() }))
                    .await
            }
            Op::MailAgain { by, claim: name } => {
                self.call(post, &format!("/claims/{}/mail", claim(name)), bearer(by), Value::Null)
                    .await
            }
            Op::Cancel { by, claim: name } => {
                self.call(delete, &format!("/claims/{}", claim(name)), bearer(by), Value::Null)
                    .await
            }
            Op::Mail { claim } => return self.make_mail(*claim, names).await,
            Op::Inspect { link: token, by } => {
                let bearer = by.as_ref().and_then(bearer);
                let reply = self
                    .call(post, "/claims/inspect", bearer, json!({ "token": link(token) }))
                    .await;
                if reply.status.is_success() {
                    return (shown(&reply.json()), Learned::Nothing);
                }
                reply
            }
            Op::Prove { link: token, of, proof } => {
                let mut unit = self.test.portal.begin_unguarded().await.unwrap();
                let token = &names.tokens[token];
                let proved = aliases::proved(&self.test.portal, &mut unit, token, account(of)).await;
                return self.ended(unit, proved, |secret| Learned::Proof(*proof, secret)).await;
            }
            Op::Confirm { link: token, by } => {
                let session = match by {
                    By::Click(session)
                    | By::Absorb {
                        session: Some(session), ..
                    }
                    | By::Move {
                        session: Some(session), ..
                    } => bearer(session),
                    _ => None,
                };
                let body = json!({ "token": link(token), "by": confirm_by(token.0, by, names) });
                self.call(post, "/claims/confirm", session, body).await
            }
            Op::Separate { who, address } => {
                let mut unit = self.test.portal.begin_unguarded().await.unwrap();
                let address = address.address();
                let separated = aliases::take_back(&self.test.portal, &mut unit, account(who), &address).await;
                return self.ended(unit, separated, |_| Learned::Nothing).await;
            }
            Op::Join { claim: name } => {
                let mut unit = self.test.portal.begin_unguarded().await.unwrap();
                let joined = aliases::join(&self.test.portal, &mut unit, claim(name)).await;
                return self.ended(unit, joined, |()| Learned::Nothing).await;
            }
            Op::Refuse { link: token } => {
                self.call(post, "/claims/refuse", None, json!({ "token": link(token) }))
                    .await
            }
            Op::Promote { by, to, tell } => {
                let body = json!({ "address": to.typed(), "tell_correspondents": tell });
                self.call(post, "/aliases/promote", bearer(by), body).await
            }
            Op::Remove { by, alias } => {
                self.call(post, "/aliases/remove", bearer(by), json!({ "address": alias.typed() }))
                    .await
            }
            Op::SetDisabled { by, who, disabled } => {
                let path = format!("/admin/accounts/{}/disabled", account(who));
                self.call(put, &path, bearer(by), json!({ "disabled": disabled })).await
            }
            Op::Invite {
                by,
                address,
                professional,
            } => {
                let kind = if *professional { "professional" } else { "guest" };
                let body = json!({ "address": address.typed(), "kind": kind });
                self.call(post, "/admin/invitations", bearer(by), body).await
            }
            Op::Register { who, session } => {
                let reply = self
                    .register(
                        *who,
                        names.account_ids[who],
                        &Bytes(secret("invitation", *session).to_vec()),
                    )
                    .await;
                if reply.status.is_success() {
                    let bearer = reply.json::<SignedIn>().bearer.unwrap();
                    return (Outcome::Done, Learned::Session(*session, bearer));
                }
                reply
            }
            Op::SignIn { who, session } => return self.sign_in(*who, *session, names).await,
            Op::BeginSignIn { who, number } => return self.begin_sign_in(*who, *number, names).await,
            Op::Activate { by, activation } => {
                let token = secret("activation", *activation);
                let body = json!({
                    "program": "outlook", "version": "1.0.0", "device": "A desk",
                    "token": Bytes(token.to_vec()), "slot": Bytes(vec![1]),
                });
                let reply = self.call(post, "/activations", bearer(by), body).await;
                if reply.status.is_success() {
                    let id = reply.json::<wire::activations::Activation>().id;
                    return (Outcome::Done, Learned::Activation(*activation, token, id));
                }
                reply
            }
            Op::BeginByActivation { activation, session } => {
                let token = Bytes(secret("activation", *activation).to_vec());
                let body = json!({ "token": token, "version": "1.0.0" });
                let reply = self.call(post, "/activations/sessions", None, body).await;
                if reply.status.is_success() {
                    let signed_in: SignedIn = reply.json();
                    assert_eq!(signed_in.vault.slots.len(), 1);
                    return (Outcome::Done, Learned::Session(*session, signed_in.bearer.unwrap()));
                }
                reply
            }
            Op::SetBlocked {
                by,
                activation,
                blocked,
                portal,
            } => {
                let (id, body) = (names.activation_ids[activation], json!({ "blocked": blocked }));
                let path = match portal {
                    true => format!("/admin/accounts/{}/activations/{id}/blocked", self.holder_of(id).await),
                    false => format!("/activations/{id}/blocked"),
                };
                self.call(put, &path, bearer(by), body).await
            }
            Op::RemoveActivation { by, activation } => {
                let path = format!("/activations/{}", names.activation_ids[activation]);
                self.call(delete, &path, bearer(by), Value::Null).await
            }
            Op::SignOut { by } => self.call(delete, "/session", bearer(by), Value::Null).await,
            Op::WriteVault { by, of, version, keys } => {
                let sealed = Bytes(sealed(None, keys, names).to_vault(names.account_ids[of], version + 1));
                let request = request(put, "/api/v1/vault", bearer(by)).header("if-match", format!("\"{version}\""));
                self.test
                    .request(
                        request
                            .body(Body::from(json!({ "sealed": sealed }).to_string()))
                            .unwrap(),
                    )
                    .await
            }
            Op::DropParcel { by, contents } => {
                let path = format!("/parcels/{}", names.parcels[contents]);
                self.call(delete, &path, bearer(by), Value::Null).await
            }
            Op::Alarm { number, .. } => {
                let token = Bytes(secret("alarm", *number).to_vec());
                self.call(post, "/alarms", None, json!({ "token": token })).await
            }
        };
        (outcome(&reply), Learned::Nothing)
    }

    /// The account that an activation is of, as an administrator's list shows it; anybody's where it was removed.
    async fn holder_of(&self, id: ActivationId) -> AccountId {
        let mut db = self.test.portal.store.read().await.unwrap();
        let row = sqlx::query("SELECT account FROM activations WHERE id = $1").bind(id.key());
        let row = row.fetch_optional(&mut *db).await.unwrap();
        row.map_or(AccountId(id.0), |row| row.key("account").unwrap())
    }

    async fn ended<T>(
        &self,
        unit: UnguardedUnit,
        result: portal::Result<T>,
        learned: impl FnOnce(T) -> Learned,
    ) -> (Outcome, Learned) {
        match result {
            Ok(answer) => match unit.commit().await {
                Ok(()) => (Outcome::Done, learned(answer)),
                Err(error) => (portal::Error::from(error).problem().kind.into(), Learned::Nothing),
            },
            Err(error) => {
                unit.rollback().await;
                (error.problem().kind.into(), Learned::Nothing)
            }
        }
    }

    /// What the outbox does with a claim's mail, in one unit.
    async fn make_mail(&self, claim: ClaimName, names: &Names) -> (Outcome, Learned) {
        let portal = &self.test.portal;
        let id = names.claim_ids[&claim];
        let mut unit = portal.begin_unguarded().await.unwrap();
        let made = async {
            // Before the mail's row, as whoever asks for another mail does.
            accounts::lock_accounts(&mut unit, &[names.account_ids[&claim.of]]).await?;
            let due = "UPDATE outbox SET next_at = NULL WHERE claim = $1 AND next_at <= $2 RETURNING id";
            let due = sqlx::query(due).bind(id.key()).bind(portal.now());
            let Some(row) = due.fetch_optional(&mut **unit).await.map_err(broken)? else {
                return Ok(None);
            };
            let made = aliases::issue_claim_link(portal, &mut unit, id).await?;
            if made.is_some() {
                let sent = sqlx::query("UPDATE outbox SET sent_at = $2 WHERE id = $1");
                let sent = sent.bind(row.bytes("id")?).bind(portal.now());
                sent.execute(&mut **unit).await.map_err(broken)?;
            }
            Ok(made)
        };
        let made = made.await;
        self.ended(unit, made, |made| {
            made.map_or(Learned::Nothing, |secret| Learned::Link(claim, secret))
        })
        .await
    }

    /// What a finished sign-in does.
    async fn sign_in(&self, who: Who, session: Session, names: &Names) -> (Outcome, Learned) {
        let portal = &self.test.portal;
        let secret = secret("session", session);
        let id = names.account_ids[&who];
        let mut unit = portal.begin_unguarded().await.unwrap();
        let signed_in = async {
            accounts::lock_accounts(&mut unit, &[id]).await?;
            let row = sqlx::query("SELECT state FROM accounts WHERE id = $1").bind(id.key());
            let row = row.fetch_one(&mut **unit).await.map_err(broken)?;
            if row.text("state")? != "active" {
                return Err(ProblemType::AccountDisabled.into());
            }
            let begin = "INSERT INTO sessions (hash, account, reload_key, created_at, password_at, expires_at) \
                         VALUES ($1, $2, $1, $3, $3, $4)";
            let begin = sqlx::query(begin).bind(Sha256::of(&secret).key()).bind(id.key());
            let begin = begin
                .bind(portal.now())
                .bind(portal.now() + portal.settings.session_lifetime);
            begin.execute(&mut **unit).await.map_err(broken)?;
            Ok(())
        };
        let signed_in = signed_in.await;
        let bearer = URL_SAFE_NO_PAD.encode(secret);
        session_begun(&bearer, id);
        self.ended(unit, signed_in, |()| Learned::Session(session, bearer))
            .await
    }

    /// The first request of a sign-in by whoever has never had a password here.
    pub async fn begin_real_sign_in(&self, address: &str) -> Reply {
        let (_, request) = SignIn::start(PASSWORD, &mut ChaCha20Rng::seed_from_u64(2)).unwrap();
        let body = json!({ "address": address, "credential_request": Bytes(request) });
        self.test.post("/api/v1/sign-ins", body).await
    }

    async fn begin_sign_in(&self, who: Who, number: u32, names: &Names) -> (Outcome, Learned) {
        let mut unit = self.test.portal.begin_unguarded().await.unwrap();
        let begin = "INSERT INTO sign_ins (id, account, bucket, network, state, expires_at) \
                     VALUES ($1, $2, $1, $1, $1, $3) ON CONFLICT DO NOTHING";
        let id = uuid::Uuid::from_u128(u128::from(number));
        let begin = sqlx::query(begin)
            .bind(&id.as_bytes()[..])
            .bind(names.account_ids[&who].key())
            .bind(Millis::MAX);
        let begun = begin.execute(&mut **unit).await.map(|_| ()).map_err(broken);
        self.ended(unit, begun, |()| Learned::Nothing).await
    }
}

fn broken(error: sqlx::Error) -> portal::Error {
    portal::storage::StoreError::from(error).into()
}

fn sealed(to: Option<Key>, keys: &BTreeSet<Key>, names: &Names) -> Sealed {
    Sealed {
        to: to.map(|key| names.fingerprints[&key].clone()),
        keys: keys.iter().map(|key| names.fingerprints[key].clone()).collect(),
    }
}

fn confirm_by(claim: ClaimName, by: &By, names: &Names) -> Value {
    let succession = |address: &Addr| json!({ "address": address.typed(), "statement": Bytes(vec![1]) });
    let proof = |proof| {
        Bytes(
            names
                .proof_secrets
                .get(proof)
                .map_or(vec![0; 32], |secret| secret.to_vec()),
        )
    };
    match by {
        By::Click(_) => json!({ "kind": "click" }),
        By::Number { right } => {
            let number: u32 = names.numbers[&claim].parse().unwrap();
            let number = if *right { number } else { (number + 1) % 10_000 };
            json!({ "kind": "number", "number": format!("{number:04}") })
        }
        By::Absorb {
            proof: given, handed, ..
        } => json!({
            "kind": "absorb",
            "proof": proof(given),
            "vault_version": handed.version,
            "parcel": Bytes(sealed(Some(handed.to), &handed.keys, names).to_parcel()),
            "successions": handed.addresses.iter().map(succession).collect::<Vec<_>>(),
        }),
        By::Move { proof: given, .. } => {
            json!({ "kind": "move", "proof": proof(given), "succession": succession(&claim.on) })
        }
    }
}

fn outcome(reply: &Reply) -> Outcome {
    if reply.status.is_success() {
        return Outcome::Done;
    }
    let problem: Problem = reply.json();
    match (problem.kind, problem.tries_left) {
        (ProblemType::WrongNumber, Some(left)) => Outcome::WrongNumber { left },
        (kind, _) => kind.into(),
    }
}

fn shown(shown: &ClaimShown) -> Outcome {
    let outcome = match shown.outcome {
        Shown::Joins => "joins".to_owned(),
        Shown::MailJoins { waiting } => format!("mail-joins {waiting}"),
        Shown::Absorbs => "absorbs".to_owned(),
        Shown::MovesOrAbsorbs => "moves-or-absorbs".to_owned(),
    };
    let asks = match shown.asks {
        Asks::Click => "click",
        Asks::Number => "number",
        Asks::Password => "password",
    };
    assert!(
        shown.by_claimant || shown.asks != Asks::Click,
        "by a click where nobody is signed in"
    );
    Outcome::Shown(format!("{outcome}, asks {asks}"))
}
