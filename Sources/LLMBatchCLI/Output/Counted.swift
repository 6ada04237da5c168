extension Int {
    /// The number with thousands separators: `10,000`. For people; JSON has plain numbers.
    var grouped: String {
        guard magnitude >= 1000 else { return String(self) }
        let digits = Array(String(magnitude))
        let groups = stride(from: digits.count % 3 - 3, to: digits.count, by: 3).compactMap { start in
            start + 3 > 0 ? String(digits[Swift.max(0, start)..<(start + 3)]) : nil
        }
        return (self < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// A number of things: `1 request`, `2,000 requests`.
    func counted(_ thing: String, _ things: String? = nil) -> String {
        self == 1 ? "1 \(thing)" : "\(grouped) \(things ?? thing + "s")"
    }
}
