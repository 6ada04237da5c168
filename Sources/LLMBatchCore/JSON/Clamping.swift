/// Arithmetic on numbers that somebody else wrote: at the end of a type's range it stops instead of trapping.
extension FixedWidthInteger {
    /// The sum, or the end of the range that it would pass.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }

    /// The whole number nearest to a floating-point one; the end of the range beyond it, and 0 for NaN.
    package init(clamping number: Double) {
        if let exact = Self(exactly: number.rounded()) {
            self = exact
        } else {
            self = number.isNaN ? 0 : number < 0 ? .min : .max
        }
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum, or the end of the range that it would pass.
    package func clampedSum() -> Element { reduce(0) { $0.addingClamped($1) } }
}
