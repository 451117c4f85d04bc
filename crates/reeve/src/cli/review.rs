//! `reeve review`: looking at a whole population of grants, one by one.

use app::Reeve;
use app::review::{New, Page};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::review::{Subject, Verdict};
use serde_json::json;
use store::review::Campaign;
use uuid::Uuid;

use super::{Ending, Session, Until};
use crate::failure::Failure;
use crate::output::{instant, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// Begin a campaign over all grants that there are now; it is due at most 92 days later.
    Begin(Begin),
    /// List campaigns, newest first.
    List {
        /// Only those that are not signed off.
        #[arg(long)]
        open: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// Show a campaign's grants.
    Show {
        campaign: Uuid,
        /// Only those that nobody decided yet.
        #[arg(long)]
        undecided: bool,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
    /// Decide one grant; `revoke` takes it.
    Decide {
        /// The grant's id, as `reeve review show` has it.
        item: Uuid,
        #[arg(value_parser = PossibleValuesParser::new(["keep", "revoke"]))]
        verdict: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Sign a campaign off, when everything is decided.
    SignOff {
        campaign: Uuid,
        /// What was found.
        #[arg(long)]
        note: String,
    },
    /// Print the whole population with its verdicts, as CSV, for an auditor.
    Export { campaign: Uuid },
}

#[derive(Debug, Args)]
pub(crate) struct Begin {
    /// What it is called.
    name: String,
    /// What is looked at.
    #[arg(long, value_parser = PossibleValuesParser::new(Subject::ALL.map(Subject::as_str)))]
    subject: String,
    /// Only the grants of this organization.
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    #[command(flatten)]
    until: Until,
    /// Who decides: id or e-mail address; repeat for more.
    #[arg(long = "reviewer", required = true, value_name = "IDENTITY")]
    reviewers: Vec<String>,
}

pub(crate) async fn run(session: &Session, command: Review) -> Result<Ending, Failure> {
    let reeve = session.installation.open().await?;
    let caller = &session.caller;
    match command {
        Review::Begin(begin) => start(session, &reeve, begin).await?,
        Review::List { open, limit } => {
            let campaigns = app::review::list(&reeve, caller, open, limit.into()).await?;
            session.format.print(&campaigns, |all| describe(all))?;
        }
        Review::Show {
            campaign,
            undecided,
            limit,
        } => {
            let page =
                app::review::show(&reeve, caller, campaign, undecided, None, limit.into()).await?;
            session.format.print(&page, describe_page)?;
        }
        Review::Decide {
            item,
            verdict,
            reason,
        } => {
            let verdict = Verdict::of(&verdict).ok_or_else(|| unknown(&verdict))?;
            let decided = app::review::decide(&reeve, caller, item, verdict, &reason).await?;
            session.format.print(&decided, |decided| {
                match (decided.verdict, decided.taken) {
                    (Verdict::Keep, _) => "kept",
                    (Verdict::Revoke, true) => "revoked",
                    (Verdict::Revoke, false) => "noted as revoked; it was gone already",
                }
                .to_owned()
            })?;
        }
        Review::SignOff { campaign, note } => {
            app::review::sign_off(&reeve, caller, campaign, &note).await?;
            let answer = json!({ "campaign_id": campaign });
            session.format.print(&answer, |_| "signed off".to_owned())?;
        }
        Review::Export { campaign } => {
            let csv = app::review::export(&reeve, caller, campaign).await?;
            let answer = json!({ "csv": csv });
            let text = csv.trim_end().to_owned();
            session.format.print_document(&answer, |_| text)?;
        }
    }
    Ok(Ending::Done)
}

async fn start(session: &Session, reeve: &Reeve, begin: Begin) -> Result<(), Failure> {
    let caller = &session.caller;
    let new = New {
        name: begin.name,
        subject: Subject::of(&begin.subject).ok_or_else(|| unknown(&begin.subject))?,
        organization: begin.organization,
        due_at: begin.until.end().instant(app::health::clock(reeve).await?),
        reviewers: begin.reviewers,
    };
    let begun = app::review::begin(reeve, caller, &new).await?;
    session.format.print(&begun, |begun| {
        let id = begun.campaign_id;
        format!(
            "{} grants to decide\nnext: reeve review show {id}",
            begun.items
        )
    })?;
    Ok(())
}

fn unknown(word: &str) -> Failure {
    Failure::plain(format!("there is no `{word}`"))
}

fn describe(campaigns: &[Campaign]) -> String {
    if campaigns.is_empty() {
        return "no reviews".to_owned();
    }
    table(
        [
            "review",
            "name",
            "subject",
            "organization",
            "due",
            "undecided",
            "revoked",
            "signed off",
        ],
        campaigns.iter().map(|campaign| {
            [
                campaign.campaign_id.to_string(),
                campaign.name.clone(),
                campaign.subject.clone(),
                campaign.organization.clone().unwrap_or_default(),
                instant(campaign.due_at),
                format!("{} of {}", campaign.undecided, campaign.items),
                campaign.revoked.to_string(),
                campaign.signed_off_at.map(instant).unwrap_or_default(),
            ]
        }),
    )
}

fn describe_page(page: &Page) -> String {
    let campaign = &page.campaign;
    let head = format!(
        "{}: {} of {} undecided, due {}; reviewers: {}",
        campaign.name,
        campaign.undecided,
        campaign.items,
        instant(campaign.due_at),
        campaign.reviewers.join(", ")
    );
    let items = table(
        ["grant", "person", "role", "where", "by", "since", "verdict"],
        page.items.iter().map(|item| {
            let place = [&item.organization, &item.project];
            let place: Vec<_> = place.into_iter().flatten().map(String::as_str).collect();
            [
                item.item_id.to_string(),
                item.email.clone().unwrap_or_default(),
                item.role.clone().unwrap_or_default(),
                place.join("/"),
                item.source.clone().unwrap_or_default(),
                item.since.map(instant).unwrap_or_default(),
                item.verdict.clone().unwrap_or_default(),
            ]
        }),
    );
    format!("{head}\n\n{items}")
}
