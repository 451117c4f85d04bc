//! Names for the crowd: by region, so that given and family names belong together.

use crate::generator::Generator;

#[derive(Clone, Copy)]
struct Region {
    given: &'static [&'static str],
    family: &'static [&'static str],
}

/// A made-up full name; different calls may give the same one.
pub(crate) fn full_name(generator: &mut Generator) -> String {
    let region = generator.pick(REGIONS);
    let (given, family) = (generator.pick(region.given), generator.pick(region.family));
    format!("{given} {family}")
}

/// A full name as it stands before the `@`: `Zoë O'Brien` gives `zoe.obrien`.
pub(crate) fn local_part(name: &str) -> String {
    let (given, family) = name.split_once(' ').unwrap_or((name, ""));
    format!("{}.{}", plain(given), plain(family))
}

/// Lower-case ASCII, as the people of most address books write it.
fn plain(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' | '-' => text.push(letter),
            'á' | 'à' | 'â' | 'ã' | 'ă' | 'ą' => text.push('a'),
            'ä' | 'æ' => text.push_str("ae"),
            'å' => text.push_str("aa"),
            'ç' | 'ć' | 'č' => text.push('c'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => text.push('e'),
            'í' | 'î' | 'ï' | 'ı' => text.push('i'),
            'ğ' => text.push('g'),
            'ł' => text.push('l'),
            'ñ' | 'ń' | 'ň' => text.push('n'),
            'ó' | 'ô' | 'õ' => text.push('o'),
            'ö' | 'ø' => text.push_str("oe"),
            'ř' => text.push('r'),
            'ş' | 'ś' | 'š' | 'ș' => text.push('s'),
            'ú' | 'ů' | 'ū' => text.push('u'),
            'ü' => text.push_str("ue"),
            'ý' => text.push('y'),
            'ž' | 'ż' | 'ź' => text.push('z'),
            'ț' => text.push('t'),
            _ => {}
        }
    }
    text
}

#[rustfmt::skip]
const REGIONS: &[Region] = &[
    Region {
        given: &[
            "Alice", "Oliver", "Grace", "Harry", "Ruby", "Callum", "Isla", "Ewan", "Niamh",
            "Declan", "Aoife", "Gareth", "Megan", "Rhys", "Martha", "Stuart",
        ],
        family: &[
            "Hughes", "Barlow", "O'Brien", "Fletcher", "Pritchard", "Sinclair", "Doyle", "Whitaker",
            "Carver", "Murray", "Llewellyn", "Ashworth", "Kavanagh", "Thornton", "Marsh",
            "Crawford",
        ],
    },
    Region {
        given: &[
            "Jürgen", "Katrin", "Björn", "Annika", "Lukas", "Greta", "Matthias", "Sabine", "Felix",
            "Lena", "Moritz", "Heike", "Anton", "Ulrike", "Jonas", "Franziska",
        ],
        family: &[
            "Müller", "Brandt", "Schröder", "Vogel", "Kühn", "Hartmann", "Lindner", "Böhm",
            "Seidel", "Winkler", "Jäger", "Albrecht", "Reuter", "Pohl", "Ziegler", "Krämer",
        ],
    },
    Region {
        given: &[
            "Camille", "Théo", "Inès", "Étienne", "Chloé", "Julien", "Margaux", "Baptiste",
            "Élodie", "Rémi", "Noémie", "Mathis", "Solène", "Damien",
        ],
        family: &[
            "Lefèvre", "Moreau", "Girard", "Rousseau", "Chevalier", "Dupré", "Faure", "Garnier",
            "Marchand", "Perrin", "Barbier", "Renaud", "Collet", "Vasseur",
        ],
    },
    Region {
        given: &[
            "Agnieszka", "Paweł", "Zofia", "Krzysztof", "Magdalena", "Łukasz", "Kinga", "Marcin",
            "Jiří", "Tereza", "Ondřej", "Lenka", "Bogdan", "Ioana", "Mihai", "Elena",
        ],
        family: &[
            "Kowalczyk", "Zając", "Wójcik", "Szymański", "Mazur", "Dudek", "Sikora", "Dvořák",
            "Černý", "Procházka", "Beneš", "Ionescu", "Munteanu", "Stănescu", "Pavlíček", "Lis",
        ],
    },
    Region {
        given: &[
            "Sofía", "Mateo", "Lucía", "Joaquín", "Ximena", "Andrés", "Beatriz", "Íñigo",
            "Catarina", "Tiago", "Inês", "Duarte", "Valentina", "Rodrigo", "Marisol", "Emilio",
        ],
        family: &[
            "Herrera", "Castaño", "Ibáñez", "Navarro", "Quintero", "Fuentes", "Salazar", "Peña",
            "Almeida", "Carvalho", "Guimarães", "Teixeira", "Moreira", "Lozano", "Vidal", "Rojas",
        ],
    },
    Region {
        given: &[
            "Astrid", "Henrik", "Freja", "Søren", "Maja", "Gunnar", "Sigrid", "Mikkel", "Åsa",
            "Eino", "Aino", "Viggo", "Liv", "Torbjørn",
        ],
        family: &[
            "Lundgren", "Nyström", "Hagen", "Møller", "Bakke", "Sjöberg", "Dahl", "Østergaard",
            "Virtanen", "Korhonen", "Åkesson", "Strand", "Holm", "Ekström",
        ],
    },
    Region {
        given: &[
            "Adaeze", "Chidi", "Funmilayo", "Kwabena", "Wanjiru", "Otieno", "Thandiwe", "Sipho",
            "Zainab", "Musa", "Amina", "Tendai", "Abena", "Babajide", "Naledi", "Kamau",
        ],
        family: &[
            "Okonkwo", "Adeyemi", "Mensah", "Boateng", "Kariuki", "Odhiambo", "Dlamini", "Nkosi",
            "Bello", "Moyo", "Owusu", "Mwangi", "Eze", "Khumalo", "Abubakar", "Achebe",
        ],
    },
    Region {
        given: &[
            "Ananya", "Arjun", "Kavya", "Rohan", "Meera", "Vikram", "Ishita", "Sanjay", "Farhana",
            "Imran", "Nusrat", "Tariq", "Dilini", "Ruwan", "Lakshmi", "Harpreet",
        ],
        family: &[
            "Sharma", "Iyer", "Chatterjee", "Patel", "Reddy", "Menon", "Kulkarni", "Gill", "Rahman",
            "Hossain", "Qureshi", "Siddiqui", "Perera", "Jayawardena", "Bhatt", "Desai",
        ],
    },
    Region {
        given: &[
            "Wei", "Mei-Ling", "Jian", "Xiu", "Haruto", "Sakura", "Kenji", "Naoko", "Min-Jun",
            "Ji-Woo", "Seo-Yeon", "Dae-Hyun", "Linh", "Minh", "Thuy", "Quang",
        ],
        family: &[
            "Zhang", "Huang", "Lin", "Zhao", "Nakamura", "Kobayashi", "Fujita", "Mori", "Park",
            "Choi", "Kang", "Yoon", "Nguyen", "Tran", "Pham", "Dang",
        ],
    },
    Region {
        given: &[
            "Elif", "Emre", "Ayşe", "Burak", "Leyla", "Omar", "Yasmin", "Karim", "Noor", "Tarek",
            "Salma", "Hakan", "Shirin", "Reza", "Zeynep", "Farid",
        ],
        family: &[
            "Yılmaz", "Demir", "Aydın", "Çelik", "Erdoğdu", "Haddad", "Nasser", "Mansour", "Khalil",
            "Farouk", "Tehrani", "Rostami", "Özkan", "Sabbagh", "Aslan", "Darwish",
        ],
    },
    Region {
        given: &[
            "Giulia", "Lorenzo", "Chiara", "Alessio", "Martina", "Davide", "Eleni", "Nikos",
            "Katerina", "Stavros", "Ivana", "Dragan", "Mirela", "Goran",
        ],
        family: &[
            "Ferri", "Colombo", "Rinaldi", "Gallo", "Marchetti", "Desantis", "Papadakis",
            "Georgiou", "Vlachos", "Kovačević", "Petrović", "Horvat", "Marić", "Bruno",
        ],
    },
    Region {
        given: &[
            "Olena", "Taras", "Iryna", "Mykola", "Daryna", "Bohdan", "Giorgi", "Nino", "Aigerim",
            "Daniyar", "Madina", "Timur", "Rūta", "Andrius",
        ],
        family: &[
            "Shevchuk", "Bondarenko", "Koval", "Melnyk", "Tkachenko", "Lysenko", "Beridze",
            "Kapanadze", "Nurlan", "Akhmetov", "Kazlauskas", "Sokolov", "Petrenko", "Marchenko",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_keeps_all_its_letters_in_an_address() {
        for name in REGIONS.iter().flat_map(|r| r.given.iter().chain(r.family)) {
            let letters = name.chars().filter(|c| c.is_alphabetic()).count();
            let kept = plain(name)
                .chars()
                .filter(char::is_ascii_alphabetic)
                .count();
            assert!(kept >= letters, "{name} becomes {}", plain(name));
        }
    }
}
