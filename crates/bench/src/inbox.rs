//! A page of the Inbox, with a thousand deliveries in the mailbox and with a million.

use anyhow::{Result, ensure};
use tokio::time::Instant;

use crate::{
    filled::Filled,
    line::Line,
    report::{Report, ratio, time},
    samples::Samples,
    site::Site,
};

const WARM_UP: u64 = 30;
const ASKED: u64 = 300;

/// Measures in a mailbox with a thousand and in one with a million, on each site.
pub async fn measure<'a>(
    houses: impl IntoIterator<Item = (&'a Site, &'a Filled, &'a Filled)>,
    report: &mut Report,
) -> Result<()> {
    let mut table = Vec::new();
    for (site, thousand, million) in houses {
        table.extend(pages(site, thousand, million).await?);
    }
    report.heading("A page of 50 of the Inbox");
    report.paragraph(format!(
        "`GET /deliveries` over loopback, {ASKED} times each in turn, in a database that holds both mailboxes: the newest \
         page, and pages all over the middle. Goal: a ratio of at most 1.5.",
    ));
    report.table(
        [
            "page, engine",
            "1 000: p50",
            "p99",
            "1 000 000: p50",
            "p99",
            "ratio of p50",
            "of p99",
        ],
        table,
    );
    Ok(())
}

async fn pages(site: &Site, few: &Filled, many: &Filled) -> Result<Vec<[String; 7]>> {
    let mut line = Line::open(site.host()).await?;
    let mut taken: [Samples; 4] = Default::default();
    for round in 0..WARM_UP + ASKED {
        let asks = [
            (few, None),
            (many, None),
            (few, Some(few.middle(round))),
            (many, Some(many.middle(round))),
        ];
        for ((mailbox, before), samples) in asks.into_iter().zip(&mut taken) {
            let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
            let authorization = mailbox.owner.authorization();
            let headers = [("authorization", authorization.as_str())];
            let begun = Instant::now();
            let page = line
                .get(&format!("/deliveries?folder=inbox&limit=50{before}"), &headers)
                .await?;
            let took = begun.elapsed();
            if round >= WARM_UP {
                samples.add(took);
            } else {
                let page: wire::mailbox::Page = serde_json::from_slice(&page)?;
                ensure!(page.deliveries.len() == 50, "a page of {}", page.deliveries.len());
            }
        }
    }
    let [newest_few, newest_many, middle_few, middle_many] = &taken;
    let row = |what: &str, few: &Samples, many: &Samples| {
        let times = |share| {
            (
                few.percentile(share).as_secs_f64(),
                many.percentile(share).as_secs_f64(),
            )
        };
        let (half, most) = (times(0.50), times(0.99));
        [
            format!("{what}, {}", site.name()),
            time(few.p50()),
            time(few.p99()),
            time(many.p50()),
            time(many.p99()),
            ratio(half.1 / half.0),
            ratio(most.1 / most.0),
        ]
    };
    Ok(vec![
        row("newest", newest_few, newest_many),
        row("middle", middle_few, middle_many),
    ])
}
