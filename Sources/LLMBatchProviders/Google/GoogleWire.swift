import Foundation
import LLMBatchCore

/// What Google's batch services have in common on the wire: states, times, pages.
enum GoogleWire {
    /// What the names begin with that carry the submission token.
    static let namePrefix = "llmbatch-"

    /// A state in our words, with either prefix; one never seen before counts as running.
    ///
    /// Source: `BatchState` of the Gemini API, `JobState` of Vertex AI.
    static func status(_ word: String) -> BatchStatus {
        let bare = word.replacing("BATCH_STATE_", with: "").replacing("JOB_STATE_", with: "")
        return switch bare.uppercased() {
        case "PENDING", "QUEUED": .validating
        // What was not done by its end has no line, or one that says so.
        case "SUCCEEDED", "PARTIALLY_SUCCEEDED": .completed
        case "FAILED": .failed
        case "CANCELLING": .cancelling
        case "CANCELLED": .cancelled
        case "EXPIRED": .expired
        default: .inProgress
        }
    }

    /// The token in a display name of ours.
    static func token(inName name: String?) -> String? {
        guard let name, name.hasPrefix(namePrefix) else { return nil }
        return String(name.dropFirst(namePrefix.count))
    }

    /// A name such as `batches/x` as the parts of a path; the collection is put before a bare id.
    static func path(_ name: String, in collection: String) -> [String] {
        let parts = name.split(separator: "/").map(String.init)
        return parts.count == 1 ? [collection] + parts : parts
    }
}
