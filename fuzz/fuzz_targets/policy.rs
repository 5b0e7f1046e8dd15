//! A trust policy is read or refused.

#![no_main]

use factlog::trust::tlog_policy::TrustPolicy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(policy) = TrustPolicy::parse(bytes) {
        assert!(policy.groups().iter().all(|group| group.size() > 0));
    }
});
