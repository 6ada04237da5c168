extension Int {
    /// A number of things in words: `1 request`, `2 requests`.
    func counted(_ thing: String, _ things: String? = nil) -> String {
        self == 1 ? "1 \(thing)" : "\(self) \(things ?? thing + "s")"
    }
}
