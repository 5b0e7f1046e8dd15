//! Long short-term memory in both directions: what stands before a piece and behind it.
//!
//! S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory" (1997), with forget gates, as `PyTorch`
//! writes it: i, f, g, o = σ, σ, tanh, σ of W·x + U·h + b; c ← f·c + i·g; h = o·tanh(c). Departs from it in
//! the numbers: weights in eight bits, h in sixteen (see [`super::gates`]).
//!
//! Several sequences go forward in step, so that each row of weights that is loaded serves all of them.

use std::ops::Range;

use super::gates::{self, STATE_ONE};
use super::matrix::Matrix;
use super::weights::Weights;

/// A layer of the network, in both directions.
pub(super) struct Layer {
    pub(super) forward: Direction,
    pub(super) backward: Direction,
}

/// One direction of a layer.
pub(super) struct Direction {
    input: Matrix,
    input_scales: Vec<f32>,
    state: Matrix,
    state_scales: Vec<f32>,
    bias: Vec<f32>,
    /// The length of a state.
    size: usize,
    /// The vectors that this processor has.
    arch: pulp::Arch,
}

/// What a layer reads.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// Sums that are made already: for each place, the number of its row.
    Made {
        rows: &'a [f32],
        of_place: &'a [u32],
    },
    /// A vector for each place, one after the other.
    Vectors(&'a [i16]),
}

/// Where a direction writes a place's state: `states[place * stride + offset..]`.
pub(super) struct Output<'a> {
    pub(super) states: &'a mut [i16],
    pub(super) stride: usize,
    pub(super) offset: usize,
}

impl Layer {
    /// Reads a layer whose inputs have 1.0 at `one`.
    pub(super) fn new(weights: &Weights, name: &str, one: f32) -> Option<Self> {
        let direction = |which: &str| {
            let name = format!("{name}.{which}");
            Direction::new(
                weights.matrix(&format!("{name}.input"))?,
                weights.matrix(&format!("{name}.state"))?,
                weights.floats(&format!("{name}.bias"))?,
                one,
            )
        };
        let (forward, backward) = (direction("forward")?, direction("backward")?);
        (forward.size == backward.size).then_some(Self { forward, backward })
    }

    /// Returns the length of the states of both directions, one behind the other.
    pub(super) const fn width(&self) -> usize {
        self.forward.size * 2
    }
}

impl Direction {
    pub(super) fn new(input: Matrix, state: Matrix, bias: Vec<f32>, one: f32) -> Option<Self> {
        let size = bias.len() / 4;
        let fits = size > 0
            && bias.len() == size * 4
            && input.rows() == bias.len()
            && state.rows() == bias.len()
            && state.columns() == size.next_multiple_of(16);
        let scaled = |matrix: &Matrix, one: f32| matrix.scales().iter().map(|s| s / one).collect();
        fits.then(|| Self {
            input_scales: scaled(&input, one),
            state_scales: scaled(&state, STATE_ONE),
            input,
            state,
            bias,
            size,
            arch: pulp::Arch::new(),
        })
    }

    /// Returns the length of an input vector.
    pub(super) const fn columns(&self) -> usize {
        self.input.columns()
    }

    /// Writes W·x + b for vectors one after the other.
    fn project(&self, vectors: &[i16], sums: &mut Vec<i32>, made: &mut [f32]) {
        let gates = self.bias.len();
        let count = vectors.len() / self.input.columns();
        sums.resize(count * gates, 0);
        self.input.product(vectors, sums);
        for (sums, made) in sums.chunks_exact(gates).zip(made.chunks_exact_mut(gates)) {
            let scaled = sums.iter().zip(&self.input_scales).zip(&self.bias);
            for (made, ((sum, scale), bias)) in made.iter_mut().zip(scaled) {
                *made = to_f32(*sum) * scale + bias;
            }
        }
    }

    /// Returns W·x + b for many vectors, one after the other.
    pub(super) fn project_all(&self, vectors: &[i16]) -> Vec<f32> {
        const TOGETHER: usize = 8;
        let (columns, gates) = (self.input.columns(), self.bias.len());
        let mut sums = Vec::new();
        let mut made = vec![0.0; vectors.len() / columns * gates];
        for (vectors, made) in vectors
            .chunks(columns * TOGETHER)
            .zip(made.chunks_mut(gates * TOGETHER))
        {
            self.project(vectors, &mut sums, made);
        }
        made
    }

    /// Reads several ranges of places in step, each from its first place, or from its last backwards.
    ///
    /// States are zero before a range's first place. Ranges must not share a place.
    pub(super) fn run(
        &self,
        ranges: &[Range<usize>],
        backwards: bool,
        input: Input,
        output: &mut Output,
    ) {
        let (size, gates) = (self.size, self.bias.len());
        let columns = self.input.columns();
        let state_columns = self.state.columns();
        let steps = ranges.iter().map(Range::len).max().unwrap_or(0);
        let mut states = vec![0_i16; ranges.len() * state_columns];
        let mut cells = vec![0_f32; ranges.len() * size];
        let mut made = vec![0_f32; ranges.len() * gates];
        let mut vectors = vec![0_i16; ranges.len() * columns];
        let mut sums = vec![0_i32; ranges.len() * gates];
        for step in 0..steps {
            let place = |range: &Range<usize>| match (step < range.len(), backwards) {
                (false, _) => None,
                (true, false) => Some(range.start + step),
                (true, true) => Some(range.end - 1 - step),
            };
            match input {
                Input::Made { rows, of_place } => {
                    for (range, made) in ranges.iter().zip(made.chunks_exact_mut(gates)) {
                        if let Some(place) = place(range) {
                            let row = of_place[place] as usize;
                            made.copy_from_slice(&rows[row * gates..][..gates]);
                        }
                    }
                }
                Input::Vectors(all) => {
                    for (range, vector) in ranges.iter().zip(vectors.chunks_exact_mut(columns)) {
                        if let Some(place) = place(range) {
                            vector.copy_from_slice(&all[place * columns..][..columns]);
                        }
                    }
                    self.project(&vectors, &mut sums, &mut made);
                }
            }
            self.state.product(&states, &mut sums);
            for (at, range) in ranges.iter().enumerate() {
                let Some(place) = place(range) else {
                    continue;
                };
                let state = &mut states[at * state_columns..][..size];
                let cell = &mut cells[at * size..][..size];
                let made = &mut made[at * gates..][..gates];
                let sums = &sums[at * gates..][..gates];
                // Wider vectors make no other sums: each lane is one number's.
                self.arch.dispatch(|| self.turn(made, sums, cell, state));
                let to = place * output.stride + output.offset;
                output.states[to..to + size].copy_from_slice(state);
            }
        }
    }

    /// One step of one sequence: the four gates, the cell and the state.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it must be compiled for the caller's vectors"
    )]
    fn turn(&self, gates: &mut [f32], sums: &[i32], cell: &mut [f32], state: &mut [i16]) {
        for ((gate, sum), scale) in gates.iter_mut().zip(sums).zip(&self.state_scales) {
            *gate += to_f32(*sum) * scale;
        }
        let (input, rest) = gates.split_at_mut(self.size);
        let (forget, rest) = rest.split_at_mut(self.size);
        let (new, shown) = rest.split_at_mut(self.size);
        for gate in [&mut *input, &mut *forget, &mut *shown] {
            for value in gate {
                *value = gates::sigmoid(*value);
            }
        }
        for value in &mut *new {
            *value = gates::tanh(*value);
        }
        for (((cell, forget), input), new) in cell.iter_mut().zip(forget).zip(input).zip(new) {
            *cell = *forget * *cell + *input * *new;
        }
        for ((state, cell), shown) in state.iter_mut().zip(cell).zip(shown) {
            *state = gates::to_fixed(*shown * gates::tanh(*cell), STATE_ONE);
        }
    }
}

/// Returns the nearest number: the one that every processor's conversion gives.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    reason = "IEEE 754 says which number is nearest"
)]
pub(super) const fn to_f32(sum: i32) -> f32 {
    sum as f32
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::many_single_char_names,
    clippy::single_range_in_vec_init,
    reason = "small numbers of the tests' own"
)]
mod tests {
    use super::*;

    fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    fn direction(size: usize, inputs: usize) -> (Direction, Vec<f64>, Vec<f64>, Vec<f32>) {
        let weights = |seed: usize, columns: usize| -> Vec<i8> {
            (0..size * 4 * columns)
                .map(|i| i8::try_from((i * 37 + seed * 11) % 201).unwrap_or(0) - 100)
                .collect()
        };
        let (input, state) = (weights(1, inputs), weights(2, size));
        let scales = vec![0.01_f32; size * 4];
        let bias: Vec<f32> = (0..size * 4).map(|i| (i as f32).sin()).collect();
        let made = Direction::new(
            Matrix::new(inputs, &input, &scales).unwrap(),
            Matrix::new(size, &state, &scales).unwrap(),
            bias.clone(),
            gates::INPUT_ONE,
        )
        .unwrap();
        let exact = |w: &[i8]| w.iter().map(|w| f64::from(*w) * 0.01).collect();
        (made, exact(&input), exact(&state), bias)
    }

    #[test]
    fn a_small_one_gives_what_the_definition_gives() {
        let (size, inputs, places) = (4, 3, 5);
        let (made, w, u, bias) = direction(size, inputs);
        let columns = made.columns();
        let mut vectors = vec![0_i16; places * columns];
        for place in 0..places {
            for i in 0..inputs {
                vectors[place * columns + i] = ((place * 7 + i * 3) as i16 % 9 - 4) * 700;
            }
        }
        let mut states = vec![0_i16; places * size];
        let mut output = Output {
            states: &mut states,
            stride: size,
            offset: 0,
        };
        made.run(&[0..places], false, Input::Vectors(&vectors), &mut output);
        let (mut c, mut h) = (vec![0.0; size], vec![0.0; size]);
        for place in 0..places {
            let pre: Vec<f64> = (0..size * 4)
                .map(|r| {
                    let x = (0..inputs).map(|i| {
                        w[r * inputs + i] * f64::from(vectors[place * columns + i]) / 4096.0
                    });
                    let s = (0..size).map(|i| u[r * size + i] * h[i]);
                    x.sum::<f64>() + s.sum::<f64>() + f64::from(bias[r])
                })
                .collect();
            for j in 0..size {
                c[j] = sigmoid(pre[size + j]) * c[j] + sigmoid(pre[j]) * pre[2 * size + j].tanh();
                h[j] = sigmoid(pre[3 * size + j]) * c[j].tanh();
            }
            for j in 0..size {
                let found = f64::from(states[place * size + j]) / f64::from(STATE_ONE);
                assert!((found - h[j]).abs() < 3e-4, "{place} {j}: {found} {}", h[j]);
            }
        }
    }

    #[test]
    fn sequences_in_step_are_what_each_is_alone() {
        let (size, inputs) = (8, 5);
        let (made, ..) = direction(size, inputs);
        let columns = made.columns();
        let vectors: Vec<i16> = (0..40 * columns)
            .map(|i| (i * 97 % 5000) as i16 - 2500)
            .collect();
        let ranges = [0..9, 9..10, 12..30, 30..40];
        for backwards in [false, true] {
            let run = |ranges: &[Range<usize>], states: &mut Vec<i16>| {
                let mut output = Output {
                    states,
                    stride: size + 3,
                    offset: 2,
                };
                made.run(ranges, backwards, Input::Vectors(&vectors), &mut output);
            };
            let mut together = vec![0; 40 * (size + 3)];
            let mut alone = together.clone();
            run(&ranges, &mut together);
            for range in ranges.clone() {
                run(&[range], &mut alone);
            }
            assert_eq!(together, alone);
            let of_place: Vec<u32> = (0..40).collect();
            let mut rows = vec![0.0; 40 * size * 4];
            made.project(&vectors, &mut Vec::new(), &mut rows);
            let mut output = Output {
                states: &mut alone,
                stride: size + 3,
                offset: 2,
            };
            output.states.fill(0);
            made.run(
                &ranges,
                backwards,
                Input::Made {
                    rows: &rows,
                    of_place: &of_place,
                },
                &mut output,
            );
            assert_eq!(together, alone);
        }
    }
}
