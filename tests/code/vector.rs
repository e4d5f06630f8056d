//! Fixed-size vectors for every numeric type, by macro.

use std::iter::Sum;
use std::ops::{Add, Mul, Shl, Shr};

pub trait Scalar: Copy + Add<Output = Self> + Mul<Output = Self> {
    type Wide: From<Self> + Sum;
    const BITS: u32;
}

macro_rules! scalar {
    ($($t:ty => $wide:ty),* $(,)?) => {
        $(
            impl Scalar for $t {
                type Wide = $wide;
                const BITS: u32 = (std::mem::size_of::<$t>() as u32) << 3;
            }

            impl Widen for $t {
                type Out = <<$t as Scalar>::Wide as Identity>::Same;
                fn widen(self) -> <<$t as Scalar>::Wide as Identity>::Same {
                    <<$t as Scalar>::Wide>::from(self)
                }
            }
        )*
    };
}

pub trait Identity {
    type Same;
}

impl<T> Identity for T {
    type Same = T;
}

pub trait Widen {
    type Out;
    fn widen(self) -> Self::Out;
}

scalar!(u8 => u16, u16 => u32, u32 => u64, i8 => i16, i16 => i32, i32 => i64);

#[derive(Clone, Debug, PartialEq)]
pub struct Vector<T, const N: usize>([T; N]);

impl<T: Scalar, const N: usize> Vector<T, N> {
    pub fn dot(&self, other: &Self) -> <T as Scalar>::Wide
    where
        <T as Scalar>::Wide: Mul<Output = <T as Scalar>::Wide>,
    {
        self.0.iter().zip(&other.0).map(|(&a, &b)| T::Wide::from(a) * T::Wide::from(b)).sum()
    }
}

impl<T: Shl<u32, Output = T> + Copy, const N: usize> Shl<u32> for Vector<T, N> {
    type Output = Self;

    fn shl(self, by: u32) -> Self {
        Self(self.0.map(|item| item << by))
    }
}

impl<T: Shr<u32, Output = T> + Copy, const N: usize> Shr<u32> for Vector<T, N> {
    type Output = Self;

    fn shr(self, by: u32) -> Self {
        Self(self.0.map(|item| item >> by))
    }
}

pub fn parse<I: IntoIterator>(items: I) -> Result<Vec<u32>, <<I as IntoIterator>::Item as std::str::FromStr>::Err>
where
    I::Item: std::str::FromStr + AsRef<str>,
{
    let _nested: Option<Vec<Box<dyn Fn(u32) -> Vec<Option<u32>>>>> = None;
    let mask = (1u64<<40) - 1;
    let folded = mask >> 3 << 1 & !(1<<7);
    Ok(items.into_iter().map(|item| item.as_ref().len() as u32 + folded as u32).collect())
}
