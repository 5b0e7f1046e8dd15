//! Products of matrices of small whole numbers with vectors of them: nearly all of the network's work.
//!
//! A weight is an `i8`, kept as `i16`; what it is multiplied with is an `i16`; the sums are `i32`.
//! Sums of whole numbers don't depend on their order, so every processor gives the same ones,
//! however wide its vectors are. [`Kernel::Plain`] is the definition, and what other processors use;
//! the others are `pmaddwd` of x86-64 in tiles of four rows, as the test at the foot compares.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V2, V3};

/// A row's length is rounded up to a multiple of this, with zeros: the `i16` of one wide register.
const LANES: usize = 16;

/// Rows that share each load of a vector; their number is rounded up to a multiple, with zeros.
const TILE: usize = 4;

/// How products are computed on this processor.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Narrow(V2),
    #[cfg(target_arch = "x86_64")]
    Wide(V3),
}

impl Kernel {
    fn of_this_processor() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(wide) = V3::try_new() {
                return Self::Wide(wide);
            }
            if let Some(narrow) = V2::try_new() {
                return Self::Narrow(narrow);
            }
        }
        Self::Plain
    }
}

/// A matrix of weights, each row with its scale.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    rows: usize,
    columns: usize,
    weights: Vec<i16>,
    scales: Vec<f32>,
    kernel: Kernel,
}

impl Matrix {
    /// Takes weights row by row; `None` if they are not `scales.len()` rows of `columns`.
    pub(super) fn new(columns: usize, weights: &[i8], scales: &[f32]) -> Option<Self> {
        if columns == 0 || scales.is_empty() || weights.len() != columns * scales.len() {
            return None;
        }
        let rows = scales.len().next_multiple_of(TILE);
        let padded = columns.next_multiple_of(LANES);
        let mut wide = vec![0; rows * padded];
        for (to, from) in wide.chunks_exact_mut(padded).zip(weights.chunks(columns)) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = i16::from(*from);
            }
        }
        let mut scales = scales.to_vec();
        scales.resize(rows, 0.0);
        Some(Self {
            rows,
            columns: padded,
            weights: wide,
            scales,
            kernel: Kernel::of_this_processor(),
        })
    }

    /// Returns the length that a vector must have.
    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the length of a product.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Returns what each row's sum is multiplied by.
    pub(super) fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// Multiplies each of several vectors with the matrix; `sums` gets the products one after the other.
    pub(super) fn product(&self, vectors: &[i16], sums: &mut [i32]) {
        debug_assert_eq!(vectors.len() % self.columns, 0, "whole vectors");
        debug_assert_eq!(vectors.len() / self.columns * self.rows, sums.len());
        let work = Work {
            weights: &self.weights,
            rows: self.rows,
            columns: self.columns,
            vectors,
            sums,
        };
        match self.kernel {
            Kernel::Plain => work.plain(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Narrow(simd) => simd.vectorize(x86::Narrow { simd, work }),
            #[cfg(target_arch = "x86_64")]
            Kernel::Wide(simd) => simd.vectorize(x86::Wide { simd, work }),
        }
    }
}

struct Work<'a> {
    weights: &'a [i16],
    rows: usize,
    columns: usize,
    vectors: &'a [i16],
    sums: &'a mut [i32],
}

impl Work<'_> {
    fn plain(self) {
        let vectors = self.vectors.chunks_exact(self.columns);
        for (vector, sums) in vectors.zip(self.sums.chunks_exact_mut(self.rows)) {
            for (row, sum) in self.weights.chunks_exact(self.columns).zip(sums) {
                let products = row.iter().zip(vector);
                *sum = products.map(|(w, v)| i32::from(*w) * i32::from(*v)).sum();
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m128i, __m256i};

    use pulp::NullaryFnOnce;
    use pulp::x86::{V2, V3};

    use super::{TILE, Work};

    /// Writes a kernel for registers of `$lanes` whole numbers: [`TILE`] rows by one or two vectors at
    /// a time, so that every number loaded is used more than once.
    macro_rules! kernel {
        ($name:ident, $level:ty, $register:ty, $lanes:literal,
         |$s:ident| $zero:expr, |$acc:ident, $w:ident, $v:ident| $step:expr,
         |$sums:ident| $fold:expr) => {
            pub(super) struct $name<'a> {
                pub(super) simd: $level,
                pub(super) work: Work<'a>,
            }

            impl NullaryFnOnce for $name<'_> {
                type Output = ();

                #[inline(always)]
                fn call(self) {
                    let Self { simd, work } = self;
                    let columns = work.columns;
                    for (at, weights) in work.weights.chunks_exact(columns * TILE).enumerate() {
                        let mut pairs = work.vectors.chunks_exact(columns * 2);
                        let mut sums = work.sums.chunks_exact_mut(work.rows * 2);
                        for (vectors, sums) in pairs.by_ref().zip(sums.by_ref()) {
                            let found = Self::tile::<2>(simd, columns, weights, vectors);
                            let (first, second) = sums.split_at_mut(work.rows);
                            first[at * TILE..][..TILE].copy_from_slice(&found[0]);
                            second[at * TILE..][..TILE].copy_from_slice(&found[1]);
                        }
                        let last = pairs.remainder();
                        if !last.is_empty() {
                            let found = Self::tile::<1>(simd, columns, weights, last);
                            let sums = sums.into_remainder();
                            sums[at * TILE..][..TILE].copy_from_slice(&found[0]);
                        }
                    }
                }
            }

            impl $name<'_> {
                #[inline(always)]
                fn tile<const VECTORS: usize>(
                    simd: $level,
                    columns: usize,
                    weights: &[i16],
                    vectors: &[i16],
                ) -> [[i32; TILE]; VECTORS] {
                    let $s = simd;
                    let (weights, vectors) = (weights.as_chunks().0, vectors.as_chunks().0);
                    let chunks = columns / $lanes;
                    let rows: [&[[i16; $lanes]]; TILE] =
                        std::array::from_fn(|row| &weights[row * chunks..][..chunks]);
                    let vectors: [&[[i16; $lanes]]; VECTORS] =
                        std::array::from_fn(|vector| &vectors[vector * chunks..][..chunks]);
                    let mut sums: [[$register; TILE]; VECTORS] = [[$zero; TILE]; VECTORS];
                    for at in 0..chunks {
                        let rows: [$register; TILE] =
                            std::array::from_fn(|row| pulp::cast(rows[row][at]));
                        for (sums, vector) in sums.iter_mut().zip(vectors) {
                            let $v: $register = pulp::cast(vector[at]);
                            for ($acc, $w) in sums.iter_mut().zip(rows) {
                                *$acc = $step;
                            }
                        }
                    }
                    let mut found = [[0; TILE]; VECTORS];
                    for (found, $sums) in found.iter_mut().zip(sums) {
                        *found = pulp::cast($fold);
                    }
                    found
                }
            }
        };
    }

    kernel!(
        Narrow,
        V2,
        __m128i,
        8,
        |s| s.sse2._mm_setzero_si128(),
        |acc, w, v| s.sse2._mm_add_epi32(*acc, s.sse2._mm_madd_epi16(w, v)),
        |sums| {
            let [a, b, c, d] = sums;
            let (ab, cd) = (s.ssse3._mm_hadd_epi32(a, b), s.ssse3._mm_hadd_epi32(c, d));
            s.ssse3._mm_hadd_epi32(ab, cd)
        }
    );
    kernel!(
        Wide,
        V3,
        __m256i,
        16,
        |s| s.avx._mm256_setzero_si256(),
        |acc, w, v| s
            .avx2
            ._mm256_add_epi32(*acc, s.avx2._mm256_madd_epi16(w, v)),
        |sums| {
            let [a, b, c, d] = sums;
            let (ab, cd) = (
                s.avx2._mm256_hadd_epi32(a, b),
                s.avx2._mm256_hadd_epi32(c, d),
            );
            let halves: [__m128i; 2] = pulp::cast(s.avx2._mm256_hadd_epi32(ab, cd));
            s.sse2._mm_add_epi32(halves[0], halves[1])
        }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, the same in every run.
    fn numbers(seed: u64) -> impl FnMut() -> i64 {
        let mut state = seed;
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i64::from((state >> 33) as u32)
        }
    }

    #[test]
    fn every_kernel_gives_the_sums_of_plain_arithmetic() {
        let mut next = numbers(1);
        for (rows, columns, vectors) in
            [(1, 1, 1), (3, 15, 2), (8, 16, 3), (9, 100, 8), (32, 256, 5)]
        {
            let weights: Vec<i8> = (0..rows * columns)
                .map(|_| i8::try_from(next() % 255 - 127).unwrap())
                .collect();
            let mut matrix = Matrix::new(columns, &weights, &vec![1.0; rows]).unwrap();
            let mut inputs = vec![0_i16; vectors * matrix.columns()];
            for vector in inputs.chunks_exact_mut(matrix.columns()) {
                for value in &mut vector[..columns] {
                    *value = i16::try_from(next() % 65_535 - 32_767).unwrap();
                }
            }
            let mut expected = Vec::new();
            for vector in inputs.chunks_exact(matrix.columns()) {
                for row in 0..matrix.rows() {
                    let of_row = weights.chunks(columns).nth(row).unwrap_or(&[]);
                    let products = of_row.iter().zip(vector);
                    expected.push(
                        products
                            .map(|(w, v)| i64::from(*w) * i64::from(*v))
                            .sum::<i64>(),
                    );
                }
            }
            let mut kernels = vec![Kernel::Plain];
            #[cfg(target_arch = "x86_64")]
            {
                kernels.extend(V2::try_new().map(Kernel::Narrow));
                kernels.extend(V3::try_new().map(Kernel::Wide));
            }
            for kernel in kernels {
                matrix.kernel = kernel;
                let mut sums = vec![7; vectors * matrix.rows()];
                matrix.product(&inputs, &mut sums);
                let sums: Vec<i64> = sums.into_iter().map(i64::from).collect();
                assert_eq!(sums, expected, "{kernel:?}: {rows} x {columns}");
            }
        }
    }

    #[test]
    fn a_matrix_of_another_size_is_refused() {
        assert!(Matrix::new(3, &[1; 5], &[1.0, 1.0]).is_none());
        assert!(Matrix::new(0, &[], &[]).is_none());
    }
}
