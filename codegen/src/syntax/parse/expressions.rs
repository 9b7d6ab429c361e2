//! Sizes made of earlier fields.

use syn::parse::{Parse, ParseStream};
use syn::{LitInt, Token};

use super::super::items::{Expression, Operator};
use super::tokens::{name, number};

/// How many operands an expression may have, for the same reason.
const LONGEST: usize = 16;

impl Parse for Expression {
    /// Sums of terms; a term may hold `%`.
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut left = term(input)?;
        for _ in 0..LONGEST {
            let operator = if input.peek(Token![+]) {
                input.parse::<Token![+]>()?;
                Operator::Add
            } else if input.peek(Token![-]) {
                input.parse::<Token![-]>()?;
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Self::Binary { left: Box::new(left), operator, right: Box::new(term(input)?) };
        }
        Err(input.error("this expression is too long"))
    }
}

/// A number or field, or the remainder of one by a number.
fn term(input: ParseStream<'_>) -> syn::Result<Expression> {
    let left = factor(input)?;
    if !input.peek(Token![%]) {
        return Ok(left);
    }
    input.parse::<Token![%]>()?;
    let (divisor, span) = number(input)?;
    let right = Box::new(Expression::Number(divisor, span));
    Ok(Expression::Binary { left: Box::new(left), operator: Operator::Remainder, right })
}

fn factor(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.peek(LitInt) {
        number(input).map(|(value, span)| Expression::Number(value, span))
    } else {
        name(input).map(Expression::Field)
    }
}
