import Crypto

/// The ids of a provider job's requests at the provider: the callers' where the provider accepts them, otherwise
/// generated ids that encode the position of the request.
///
/// A generated id is `llmb`, a mark of the job where the rule requires it, and eight digits. A custom id that starts
/// like one is replaced too, so that it is not mistaken for one.
package struct WireID: Sendable {
    private static let beginning = "llmb"
    private static let digits = 8

    private let rule: IDRule
    /// The prefix of generated ids in this job.
    package let prefix: String
    /// The attempt of the job.
    let attempt: Int

    package init(_ rule: IDRule, job: ProviderJobID) {
        self.rule = rule
        attempt = job.attempt
        prefix = Self.beginning + (rule.usesGeneratedIDs ? Self.mark(of: job) : "")
    }

    /// The id to send for a request.
    package func id(of customID: CustomID, at position: Int) -> String {
        if isSent(customID) { return customID.rawValue }
        let number = String(position)
        return prefix + String(repeating: "0", count: max(0, Self.digits - number.count)) + number
    }

    /// The position that a generated id encodes; nil for a custom id.
    package func position(of id: String) -> Int? {
        guard rule.alphabet != .any || rule.usesGeneratedIDs || rule.longest != nil else { return nil }
        guard id.hasPrefix(prefix) else { return nil }
        let number = id.dropFirst(prefix.count)
        guard number.count >= Self.digits, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(number)
    }

    private func isSent(_ id: CustomID) -> Bool {
        if rule == .any { return true }
        return !rule.usesGeneratedIDs && rule.allows(id) && !id.rawValue.hasPrefix(Self.beginning)
    }

    /// Ten lower-case letters and digits that distinguish the provider job from all others.
    private static func mark(of job: ProviderJobID) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return String(SHA256.hash(data: Array("\(job)".utf8)).prefix(10).map { alphabet[Int($0) % 32] })
    }
}
