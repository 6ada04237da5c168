import LLMBatch

/// The description of one provider as text.
struct DescriptionText {
    private let description: ProviderDescription

    init(_ description: ProviderDescription) { self.description = description }

    var lines: [String] {
        var lines = ["\(description.name)  \(description.title)"]
        func add(_ what: String, _ text: String?) {
            if let text { lines.append("  \(what): \(text)") }
        }
        if let limits = description.limits {
            add("requests per job", Self.requests(limits))
            add("bytes per job", limits.bytes.map(Self.bytes) ?? "no documented limit")
            add("embedding inputs per job", limits.inputs.map(\.grouped))
            add("models per job", limits.oneModel ? "one" : "any number")
            add("endpoints", limits.endpoints.map(\.rawValue).joined(separator: ", "))
            add("ids", Self.ids(limits.ids))
        }
        add("window", description.window.map(Self.duration))
        add("price", description.price.map(Self.price))
        add("results kept", description.retention.map(Self.duration))
        add("answers kept on cancel", description.keepsAnswersOnCancel.map(Self.yes))
        add("answers kept on expiry", description.keepsAnswersOnExpiry.map(Self.yes))
        if description.kind == .batch { add("can be cancelled", Self.yes(description.cancels)) }
        add("after a lost create call", Self.recovery(description.recovery))
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
        factor == 1 ? "same as single calls" : "\(Int((factor * 100).rounded()))% of single calls"
    }

    private static func requests(_ limits: BatchLimits) -> String {
        let most = limits.requests.map(\.grouped) ?? "no documented limit"
        return limits.minimumRequests > 1 ? "\(limits.minimumRequests) to \(most)" : most
    }

    private static func ids(_ rule: IDRule) -> String {
        let length = rule.longest.map { ", up to \($0) bytes" } ?? ""
        if rule.usesGeneratedIDs { return "replaced by generated ids" }
        return switch rule.alphabet {
        case .any: rule.longest == nil ? "any" : "any\(length); others are mapped"
        case .token: "letters, digits, _ and -\(length); others are mapped"
        case .alphanumeric: "letters and digits\(length); others are mapped"
        case .label: "lowercase letters, digits, _ and -\(length); others are mapped"
        }
    }

    private static func recovery(_ recovery: ProviderDescription.Recovery) -> String {
        switch recovery {
        case .idempotent: "found by token, or sent again; the service creates only one job"
        case .token: "found by token in the job list"
        case .input: "found by input file in the job list"
        case .results: "found by the ids in the results of a matching job"
        case .notNeeded: "not applicable: there is no remote job"
        }
    }

    private static func yes(_ value: Bool) -> String { value ? "yes" : "no" }
}

/// A table of all providers, one per line.
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
            description.name, limits?.requests.map(\.grouped) ?? "-", limits?.bytes.map(DescriptionText.bytes) ?? "-",
            description.window.map(DescriptionText.duration) ?? "-",
            description.price.map { "\(Int(($0 * 100).rounded()))%" } ?? "-",
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
