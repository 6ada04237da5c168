import Crypto

/// The ids that a provider job's requests have at the provider: the caller's where they may be sent, else ones of ours
/// that tell the position of the request.
///
/// An id of ours is `llmb`, a mark of the job where the rule asks for one, and eight digits; a custom id that begins like
/// one is replaced too, so that none is mistaken for another.
package struct WireID: Sendable {
    private static let beginning = "llmb"
    private static let digits = 8

    private let rule: IDRule
    /// What ids of ours begin with in this job.
    package let prefix: String

    package init(_ rule: IDRule, job: ProviderJobID) {
        self.rule = rule
        prefix = Self.beginning + (rule.provesJob ? Self.mark(of: job) : "")
    }

    /// The id to send for a request.
    package func id(of customID: CustomID, at position: Int) -> String {
        if isSent(customID) { return customID.rawValue }
        let number = String(position)
        return prefix + String(repeating: "0", count: max(0, Self.digits - number.count)) + number
    }

    /// The position that an id of ours tells; nil for a custom id.
    package func position(of id: String) -> Int? {
        guard rule.alphabet != .any || rule.provesJob || rule.longest != nil else { return nil }
        guard id.hasPrefix(prefix) else { return nil }
        let number = id.dropFirst(prefix.count)
        guard number.count >= Self.digits, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(number)
    }

    private func isSent(_ id: CustomID) -> Bool {
        if rule == .any { return true }
        return !rule.provesJob && rule.allows(id) && !id.rawValue.hasPrefix(Self.beginning)
    }

    /// Ten lower-case letters and digits that tell one provider job from all others.
    private static func mark(of job: ProviderJobID) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return String(SHA256.hash(data: Array("\(job)".utf8)).prefix(10).map { alphabet[Int($0) % 32] })
    }
}
