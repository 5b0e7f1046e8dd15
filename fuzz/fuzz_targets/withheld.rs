//! The list of what is withheld has one form.

#![no_main]

use factlog::mirror::withheld;
use factlog_fuzz::{Pick, json, mutate, put};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    let Ok(objects) = withheld::parse(bytes) else {
        return;
    };
    assert_eq!(withheld::to_bytes(&objects), bytes);
    for object in objects.iter().take(8) {
        let mut fewer = objects.clone();
        fewer.remove(object);
        let fewer = withheld::to_bytes(&fewer);
        assert!(fewer.len() < bytes.len());
        assert!(
            !withheld::parse(&fewer)
                .expect("as written")
                .contains(object)
        );
    }
    // No other form of the same: with white space, twice, out of order, without the line feed.
    let text = std::str::from_utf8(bytes).expect("it was read");
    let line = text.strip_suffix('\n').expect("it was read");
    let mut others = vec![
        line.to_owned(),
        format!("{text}\n"),
        format!(" {text}"),
        text.replacen(':', ": ", 1),
    ];
    if let Some(last) = objects.last() {
        let twice = format!("\"{last}\",\"{last}\"]");
        others.push(text.replacen(&format!("\"{last}\"]"), &twice, 1));
        others.push(text.to_uppercase());
    }
    for other in others {
        assert!(withheld::parse(other.as_bytes()).is_err(), "{other}");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut pick = Pick::new(seed.into());
    let value = json::read(&data[..size]).filter(|_| !pick.one_in(4));
    let changed = match value {
        Some(mut value) => {
            json::change(&mut value, &mut pick);
            let mut changed = json::write(&value);
            changed.push(b'\n');
            changed
        }
        None => mutate(&data[..size]),
    };
    match put(data, &changed, most) {
        Some(length) => length,
        None => libfuzzer_sys::fuzzer_mutate(data, size, most),
    }
});
