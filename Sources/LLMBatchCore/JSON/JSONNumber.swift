/// A JSON number of any size, compared exactly: decimal digits times a power of ten.
package struct JSONNumber: Hashable {
    /// Larger exponents are clamped, so that adding to them cannot overflow.
    private static let farthest = 1 << 40

    private let isNegative: Bool
    /// The significant digits, 0 to 9 each, without zeros at either end; empty for zero.
    private let digits: [UInt8]
    /// The power of ten of the last digit.
    private let exponent: Int

    /// Parses a literal whose syntax has been checked.
    package init(_ literal: String) {
        var digits: [UInt8] = []
        digits.reserveCapacity(literal.utf8.count)
        var exponent = 0
        var isNegative = false
        var isFraction = false
        var rest = Array(literal.utf8)[...]
        if rest.first == UInt8(ascii: "-") {
            isNegative = true
            rest = rest.dropFirst()
        }
        while let byte = rest.first, byte.isDigit || byte == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard byte.isDigit else { isFraction = true; continue }
            if isFraction { exponent -= 1 }
            if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
        }
        if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") { exponent += Self.exponent(rest.dropFirst()) }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
        self.isNegative = isNegative && !digits.isEmpty
    }

    private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
        let isNegative = text.first == UInt8(ascii: "-")
        var value = 0
        for byte in text where byte.isDigit { value = min(value * 10 + Int(byte - UInt8(ascii: "0")), farthest) }
        return isNegative ? -value : value
    }

    /// True when there is no fraction, in any notation.
    package var isWhole: Bool { exponent >= 0 }

    package var isPositive: Bool { !digits.isEmpty && !isNegative }

    /// The value of a whole number; nil when it has a fraction or is out of range.
    package var whole: Int128? {
        guard exponent >= 0, digits.count + exponent <= 39 else { return nil }
        var value: Int128 = 0
        for place in 0..<(digits.count + exponent) {
            let digit = place < digits.count ? Int128(digits[place]) : 0
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, isTooFar) = tens.subtractingReportingOverflow(digit)
            guard !isTooLarge, !isTooFar else { return nil }
            value = next
        }
        return isNegative ? value : value == .min ? nil : -value
    }

    /// The value as a count; nil when it has a fraction, is negative, or is out of range.
    package var count: Int? { whole.flatMap(Int.init(exactly:)).flatMap { $0 >= 0 ? $0 : nil } }

    package static func < (one: JSONNumber, other: JSONNumber) -> Bool {
        if one.isNegative != other.isNegative { return one.isNegative }
        return one.isNegative ? other.isSmaller(than: one) : one.isSmaller(than: other)
    }

    /// Compares absolute values.
    private func isSmaller(than other: JSONNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        let (size, otherSize) = (digits.count + exponent, other.digits.count + other.exponent)
        if size != otherSize { return size < otherSize }
        return digits.lexicographicallyPrecedes(other.digits)
    }

    /// The maximum number of digits of a step.
    package static let longestStep = 18

    /// True when multiples of this number can be determined.
    package var isStep: Bool { isPositive && digits.count <= Self.longestStep }

    /// True when it is an exact multiple of `step`.
    package func isMultiple(of step: JSONNumber) -> Bool {
        guard !digits.isEmpty else { return true }
        // The last digit is not zero, so a number is not a multiple of a step with a greater power of ten.
        guard step.isStep, exponent >= step.exponent else { return false }
        let divisor = step.digits.reduce(UInt128(0)) { $0 * 10 + UInt128($1) }
        var rest = digits.reduce(UInt128(0)) { ($0 * 10 + UInt128($1)) % divisor }
        var (power, zeros) = (10 % divisor, exponent - step.exponent)
        while zeros > 0, rest != 0 {
            if zeros & 1 == 1 { rest = rest * power % divisor }
            power = power * power % divisor
            zeros >>= 1
        }
        return rest == 0
    }

    /// The canonical spelling: equal numbers have equal spellings.
    package var canonical: [UInt8] {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        text += digits.map { $0 + UInt8(ascii: "0") }
        return text + Array("e\(exponent)".utf8)
    }
}

extension JSONNode {
    /// Equal as JSON values: the order of members and the spelling of numbers do not matter.
    package func isSameValue(as other: JSONNode) -> Bool { canonical == other.canonical }

    /// A text that is equal for equal values: members sorted by the bytes of their keys, numbers in canonical spelling.
    package var canonical: [UInt8] {
        var text: [UInt8] = []
        writeCanonical(to: &text)
        return text
    }

    private func writeCanonical(to text: inout [UInt8]) {
        switch self {
        case .null, .bool: text += json
        case .string(let value): text += JSONText.quoted(value)
        case .number(let literal): text += JSONNumber(literal).canonical
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for element in elements {
                element.writeCanonical(to: &text)
                text.append(UInt8(ascii: ","))
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for member in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                text += JSONText.quoted(member.key)
                text.append(UInt8(ascii: ":"))
                member.value.writeCanonical(to: &text)
                text.append(UInt8(ascii: ","))
            }
            text.append(UInt8(ascii: "}"))
        }
    }
}
