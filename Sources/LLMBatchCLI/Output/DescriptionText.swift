import LLMBatch

/// What is known of one provider, in words.
struct DescriptionText {
    private let description: ProviderDescription

    init(_ description: ProviderDescription) { self.description = description }

    var lines: [String] {
        var lines = ["\(description.name)  \(description.title)"]
        func add(_ what: String, _ text: String?) {
            if let text { lines.append("  \(what): \(text)") }
        }
        if let limits = description.limits {
            add("requests a job", Self.requests(limits))
            add("bytes a job", limits.bytes.map(Self.bytes) ?? "no bound named")
            add("texts to embed a job", limits.inputs.map(String.init))
            add("models a job", limits.oneModel ? "one" : "any number")
            add("endpoints", limits.endpoints.map(\.rawValue).joined(separator: ", "))
            add("ids", Self.ids(limits.ids))
        }
        add("window", description.window.map(Self.duration))
        add("price", description.price.map(Self.price))
        add("results kept", description.retention.map(Self.duration))
        add("answers kept on cancel", description.keepsAnswersOnCancel.map(Self.yes))
        add("answers kept on expiry", description.keepsAnswersOnExpiry.map(Self.yes))
        if description.kind == .batch { add("can be cancelled", Self.yes(description.cancels)) }
        add("a lost create call", Self.words(description.recovery))
        add("key", description.credentials.isEmpty ? nil : description.credentials.joined(separator: ", "))
        if !description.options.isEmpty { lines.append("  options:") }
        for (name, what) in description.options.sorted(by: { $0.key < $1.key }) { lines.append("    \(name): \(what)") }
        return lines + description.caveats.map { "  * \($0)" }
    }

    static func duration(_ seconds: Int) -> String {
        seconds % 86_400 == 0 && seconds > 86_400 ? "\(seconds / 86_400) d" : "\(seconds / 3600) h"
    }

    static func bytes(_ count: Int) -> String {
        count >= 1_000_000_000 ? "\(count / 1_000_000_000) GB" : "\(count / 1_000_000) MB"
    }

    static func price(_ factor: Double) -> String {
        factor == 1 ? "that of single calls" : "\(Int((factor * 100).rounded())) % of that of single calls"
    }

    private static func requests(_ limits: ProviderDescription.Limits) -> String {
        let most = limits.requests.map(String.init) ?? "no bound named"
        return limits.minimumRequests > 1 ? "\(limits.minimumRequests) to \(most)" : most
    }

    private static func ids(_ rule: IDRule) -> String {
        let length = rule.longest.map { ", up to \($0) bytes" } ?? ""
        if rule.provesJob { return "sent as ids of our own" }
        return switch rule.alphabet {
        case .any: rule.longest == nil ? "any" : "any\(length); others are mapped"
        case .token: "letters, digits, _ and -\(length); others are mapped"
        case .alphanumeric: "letters and digits\(length); others are mapped"
        case .label: "small letters, digits, _ and -\(length); others are mapped"
        }
    }

    private static func words(_ recovery: ProviderDescription.Recovery) -> String {
        switch recovery {
        case .idempotent: "is found by our token, or sent again: the service makes one job of it"
        case .token: "is settled by our token in the list of jobs"
        case .input: "is settled by the input file in the list of jobs"
        case .results: "is settled by the ids in the results of a job that fits"
        case .notNeeded: "does not exist: there is no remote job"
        }
    }

    private static func yes(_ value: Bool) -> String { value ? "yes" : "no" }
}

/// What is known of all providers, a line each.
enum DescriptionTable {
    static func lines(_ descriptions: [ProviderDescription]) -> [String] {
        let head = ["NAME", "REQUESTS", "BYTES", "WINDOW", "PRICE", "KEPT", "TITLE"]
        let rows = [head] + descriptions.map(cells)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return String(cells.joined(separator: "  ").trimmingSuffix(while: { $0 == " " }))
        }
    }

    private static func cells(_ description: ProviderDescription) -> [String] {
        let limits = description.limits
        return [
            description.name, limits?.requests.map(String.init) ?? "-", limits?.bytes.map(DescriptionText.bytes) ?? "-",
            description.window.map(DescriptionText.duration) ?? "-",
            description.price.map { "\(Int(($0 * 100).rounded())) %" } ?? "-",
            description.retention.map(DescriptionText.duration) ?? "-", description.title,
        ]
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
