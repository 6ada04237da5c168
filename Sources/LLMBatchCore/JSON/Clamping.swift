/// Arithmetic on untrusted numbers: it saturates at the bounds of the type instead of trapping.
extension FixedWidthInteger {
    /// The sum, clamped to the range of the type.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }

    /// The nearest whole number, clamped to the range of the type; 0 for NaN.
    package init(clamping number: Double) {
        if let exact = Self(exactly: number.rounded()) {
            self = exact
        } else {
            self = number.isNaN ? 0 : number < 0 ? .min : .max
        }
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum, clamped to the range of the type.
    package func clampedSum() -> Element { reduce(0) { $0.addingClamped($1) } }
}
