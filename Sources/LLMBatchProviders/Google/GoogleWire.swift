import Foundation
import LLMBatchCore

/// What the wire formats of Google's batch services have in common.
enum GoogleWire {
    /// The prefix of names that carry the submission token.
    static let namePrefix = "llmbatch-"

    /// The status of a state with either prefix; an unknown one counts as running.
    ///
    /// Source: `BatchState` of the Gemini API, `ProviderJobState` of Vertex AI.
    static func status(_ word: String) -> BatchStatus {
        let bare = word.replacing("BATCH_STATE_", with: "").replacing("JOB_STATE_", with: "")
        return switch bare.uppercased() {
        case "PENDING", "QUEUED": .validating
        // Unfinished requests have no line, or a line that says so.
        case "SUCCEEDED", "PARTIALLY_SUCCEEDED": .completed
        case "FAILED": .failed
        case "CANCELLING": .cancelling
        case "CANCELLED": .cancelled
        case "EXPIRED": .expired
        default: .inProgress
        }
    }

    /// The token in one of our display names.
    static func token(inName name: String?) -> String? {
        guard let name, name.hasPrefix(namePrefix) else { return nil }
        return String(name.dropFirst(namePrefix.count))
    }

    /// The path of a name such as `batches/x`; a bare id gets the collection as its prefix.
    static func path(_ name: String, in collection: String) -> [String] {
        let parts = name.split(separator: "/").map(String.init)
        return parts.count == 1 ? [collection] + parts : parts
    }
}
