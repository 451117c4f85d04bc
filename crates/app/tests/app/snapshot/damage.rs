//! Damaged files: what they may cost.
//!
//! A suspension is *wrongful* here when the observation as it was before the damage entitles the
//! person. Damage is of two kinds, and they are shown apart because no reader can treat them alike:
//!
//! - **Loss and breakage**: the file is cut off; lines or pages are missing, doubled or swapped;
//!   a block of it is noise or zeros. With the count of members given, such a file is refused, or is
//!   admitted with exactly the true members and roles (the damage lay where nothing is read), so that
//!   nobody is suspended wrongfully. Nobody, ever.
//! - **A flipped byte** that turns one digit into another (or, in CSV, into a blank) leaves a sound file that says something
//!   else: another account, or another role. Nothing in Discord's format tells. What holds then is
//!   the bound: one byte is one member; the guard holds whatever would be many; and what was taken is
//!   given back by the next true observation. Files that travel want a checksum of their own.
//!
//! Seeded, so that a failure comes back: `REEVE_SOAK=1` makes 1,000 files of each kind out of 50.

use domain::reconcile::snapshot::Expectation;
use testkit::World;
use testkit::world::{GUILD, MAPPED_ROLE, OTHER_ROLE};

use super::{import, members};
use crate::sql::{count, rows};

const MEMBERS: i64 = 40;
const FIRST: i64 = 1_000_001;

/// xorshift64*: enough to choose where to hit a file.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % below
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }
}

fn rounds() -> usize {
    if std::env::var_os("REEVE_SOAK").is_some() {
        1_000
    } else {
        50
    }
}

/// The true observation, sorted: everybody has the mapped role, every third another one as well.
fn truth() -> Vec<(i64, Vec<i64>)> {
    (0..MEMBERS)
        .map(|i| {
            let more = (i % 3 == 0).then_some(OTHER_ROLE);
            (
                FIRST + i,
                std::iter::once(MAPPED_ROLE).chain(more).collect(),
            )
        })
        .collect()
}

fn json((id, roles): &(i64, Vec<i64>)) -> String {
    let roles: Vec<String> = roles.iter().map(|role| format!("\"{role}\"")).collect();
    format!(
        "{{\"avatar\":null,\"flags\":0,\"nick\":\"Hauler {id}\",\"roles\":[{}],\"user\":{{\"id\":\"{id}\",\"username\":\"h{id}\"}}}}",
        roles.join(",")
    )
}

/// The true observation as a file, in pieces that can be lost: lines, or pages of ten.
fn pieces(form: usize) -> Vec<String> {
    let truth = truth();
    match form {
        0 => truth.iter().map(|member| json(member) + "\n").collect(),
        1 => truth
            .chunks(10)
            .map(|page| {
                format!(
                    "[{}]\n",
                    page.iter().map(json).collect::<Vec<_>>().join(",")
                )
            })
            .collect(),
        _ => std::iter::once("discord_id,roles\n".to_owned())
            .chain(truth.iter().map(|(id, roles)| {
                let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
                format!("{id},{}\n", roles.join(";"))
            }))
            .collect(),
    }
}

/// A file with something lost, doubled, swapped, cut or overwritten, and what that was.
fn broken(dice: &mut Dice) -> (Vec<u8>, String) {
    let form = dice.roll(3);
    let mut pieces = pieces(form);
    let (one, other) = (dice.roll(pieces.len()), dice.roll(pieces.len()));
    let what = dice.roll(6);
    match what {
        0 => drop(pieces.remove(one)),
        1 => pieces.insert(other, pieces[one].clone()),
        2 => {
            pieces.remove(one);
            let doubled = pieces[dice.roll(pieces.len())].clone();
            pieces.push(doubled);
        }
        3 => pieces.swap(one, other),
        _ => {}
    }
    let mut bytes = pieces.concat().into_bytes();
    let at = dice.roll(bytes.len());
    match what {
        4 => bytes.truncate(at),
        5 => {
            let end = bytes.len().min(at + 8 + dice.roll(56));
            let zeros = dice.roll(2) == 0;
            for byte in &mut bytes[at..end] {
                *byte = if zeros { 0 } else { dice.byte() };
            }
        }
        _ => {}
    }
    (
        bytes,
        format!("form {form}, damage {what}, pieces {one} and {other}, byte {at}"),
    )
}

/// Forty entitled people, with a portal role each, active.
async fn world() -> World {
    let world = World::discord_leading().await;
    world.people(MEMBERS).await;
    world
        .snapshot(&truth(), jiff::SignedDuration::from_mins(30))
        .await
        .unwrap();
    world.reconcile().await;
    assert_eq!(suspended(&world).await, Vec::<i64>::new());
    world
}

/// The Discord ids of whoever is suspended. Everybody is entitled by the truth, so each is wrongful.
async fn suspended(world: &World) -> Vec<i64> {
    let found: Vec<(i64,)> = rows(
        world,
        "select l.discord_id from app_user u join identity_link l using (user_id)
          where u.status <> 'active' order by 1",
    )
    .await;
    found.into_iter().map(|(id,)| id).collect()
}

async fn take(world: &World, bytes: Vec<u8>) -> bool {
    let expectation = Expectation {
        members: Some(u64::try_from(MEMBERS).unwrap()),
        ..Expectation::default()
    };
    let taken = import(world, GUILD, world.now().await, expectation, bytes).await;
    if taken.is_ok() {
        world.reconcile().await;
    }
    taken.is_ok()
}

#[tokio::test]
async fn a_broken_file_is_refused_or_is_true_and_suspends_nobody() {
    let world = world().await;
    let mut dice = Dice(0x5EED_0001);
    let mut refused = 0;
    for round in 0..rounds() {
        let (bytes, what) = broken(&mut dice);
        let before = members(&world, GUILD).await;
        if !take(&world, bytes).await {
            refused += 1;
            assert_eq!(
                members(&world, GUILD).await,
                before,
                "round {round}: {what}"
            );
        }
        assert_eq!(
            members(&world, GUILD).await,
            truth(),
            "round {round}: {what}"
        );
        assert_eq!(
            suspended(&world).await,
            Vec::<i64>::new(),
            "round {round}: {what}"
        );
    }
    assert!(refused > rounds() / 2, "most are refused: {refused}");
    let rejections = count(&world, "audit_log where action = 'snapshot.reject'").await;
    assert_eq!(
        usize::try_from(rejections).unwrap(),
        refused,
        "each on record"
    );
}

#[tokio::test]
async fn a_flipped_byte_costs_at_most_one_person_until_the_next_true_observation() {
    let world = world().await;
    let mut dice = Dice(0x5EED_0002);
    let mut lies = 0;
    for round in 0..rounds() {
        let mut bytes = pieces(dice.roll(3)).concat().into_bytes();
        let at = dice.roll(bytes.len());
        let was = bytes[at];
        // Half of them one bit, as memory fails, half any other byte.
        bytes[at] = match dice.roll(2) {
            0 => was ^ (1 << dice.roll(8)),
            _ => was.wrapping_add(1 + dice.byte() % 255),
        };
        let what = format!("round {round}, byte {at}: {was} became {}", bytes[at]);
        if !take(&world, bytes.clone()).await || members(&world, GUILD).await == truth() {
            assert_eq!(suspended(&world).await, Vec::<i64>::new(), "{what}");
            continue;
        }
        // Sound, and says something else: of one member, by a digit of its id or roles.
        lies += 1;
        assert!(was.is_ascii_digit() || was == b';', "{what}");
        let now = members(&world, GUILD).await;
        let lost = truth()
            .into_iter()
            .filter(|member| !now.contains(member))
            .count();
        assert_eq!(lost, 1, "{what}");
        assert!(suspended(&world).await.len() <= 1, "{what}");
        assert!(take(&world, pieces(0).concat().into_bytes()).await);
        assert_eq!(
            suspended(&world).await,
            Vec::<i64>::new(),
            "{what}: given back"
        );
        assert_eq!(
            count(&world, "user_roles").await,
            MEMBERS,
            "{what}: the roles as well"
        );
    }
    assert!(lies > 0, "the seed shows that such a file can pass");
}

/// The same lie about many is not one person's bad luck, and is held.
#[tokio::test]
async fn a_file_that_lies_about_many_is_held() {
    let world = world().await;
    let lie = pieces(0).concat().replacen("\"710\"", "\"711\"", 30);
    assert!(take(&world, lie.into_bytes()).await, "it is sound");
    assert_eq!(suspended(&world).await, Vec::<i64>::new());
    assert_eq!(
        count(&world, "reconcile_plan where state = 'held'").await,
        1
    );
}
