//! The two curves of the network's gates, and the fixed point that states are kept in.
//!
//! Polynomials in `f32`, in a written order, without fused operations and without the system's
//! mathematics library: the same bits on every machine. The coefficients are those of Eigen's
//! `generic_fast_tanh_float` (`Eigen/src/Core/MathFunctionsImpl.h`): a quotient of an odd polynomial of
//! degree 13 and an even one of degree 6. Within 4e-7 of the true curves, as the tests check.

/// What 1.0 is in a state, which lies between −1 and 1.
pub(super) const STATE_ONE: f32 = 16_384.0;

/// What 1.0 is in the network's input: embeddings of up to ±8.
pub(super) const INPUT_ONE: f32 = 4_096.0;

/// Returns the hyperbolic tangent.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's vectors"
)]
pub(super) fn tanh(x: f32) -> f32 {
    // Beyond this the quotient is 1 in f32.
    let x = x.clamp(-7.905_311, 7.905_311);
    let s = x * x;
    let mut over = s * -2.760_768_5e-16 + 2.000_188e-13;
    over = s * over + -8.604_672e-11;
    over = s * over + 5.122_297e-8;
    over = s * over + 1.485_722_4e-5;
    over = s * over + 6.372_619_3e-4;
    over = s * over + 4.893_524_6e-3;
    let mut under = s * 1.198_258_4e-6 + 1.185_347_1e-4;
    under = s * under + 2.268_434_6e-3;
    under = s * under + 4.893_525e-3;
    x * over / under
}

/// Returns the logistic curve, 1 / (1 + e⁻ˣ).
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's vectors"
)]
pub(super) fn sigmoid(x: f32) -> f32 {
    0.5 * tanh(0.5 * x) + 0.5
}

/// Returns a number in fixed point, rounded to the nearest, ties to even.
///
/// The sum with 1.5 · 2²³ rounds to whole numbers by itself, in the lowest bits: no processor needs a
/// library's function for it.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it must be compiled for the caller's vectors"
)]
pub(super) fn to_fixed(x: f32, one: f32) -> i16 {
    let scaled = (x * one).clamp(-32_767.0, 32_767.0);
    let bits = (scaled + 12_582_912.0).to_bits();
    ((bits & 0xffff) as u16).cast_signed()
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    reason = "small numbers of the tests' own"
)]
mod tests {
    use super::*;

    fn range() -> impl Iterator<Item = f32> {
        (-120_000..=120_000_i32).map(|i| i as f32 / 10_000.0)
    }

    #[test]
    fn the_curves_are_close_to_the_true_ones() {
        for x in range() {
            let exact = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - exact).abs() < 4e-7, "tanh {x}");
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(sigmoid(x)) - exact).abs() < 4e-7, "sigmoid {x}");
        }
    }

    /// Frozen: another value here is another output of the network on some machine.
    #[test]
    fn the_bits_never_change() {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for x in range() {
            for value in [tanh(x), sigmoid(x)] {
                hash = (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!(
            tanh(1.0).to_bits(),
            0x3f42_f7d6,
            "{:#x}",
            tanh(1.0).to_bits()
        );
        assert_eq!(hash, 0x8952_8fb9_5cc7_a848, "{hash:#x}");
    }

    #[test]
    fn fixed_point_rounds_to_the_nearest() {
        for (x, fixed) in [
            (0.0, 0),
            (1.0, 16_384),
            (-1.0, -16_384),
            (0.5 / 16_384.0, 0),
            (1.5 / 16_384.0, 2),
            (-1.5 / 16_384.0, -2),
            (2.4 / 16_384.0, 2),
            (9.0, 32_767),
            (-9.0, -32_767),
        ] {
            assert_eq!(to_fixed(x, STATE_ONE), fixed, "{x}");
        }
    }
}
