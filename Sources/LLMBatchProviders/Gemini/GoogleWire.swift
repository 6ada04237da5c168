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

    static func date(_ text: String?) -> Date? { WireReading.date(text) }

    /// A name such as `batches/x` as the parts of a path; the collection is put before a bare id.
    static func path(_ name: String, in collection: String) -> [String] {
        let parts = name.split(separator: "/").map(String.init)
        return parts.count == 1 ? [collection] + parts : parts
    }

    static var unreadable: ProviderError { WireReading.unreadable }

    static func object(_ reply: HTTPTransport.Reply) throws(ProviderError) -> JSONObject {
        try WireReading.object(reply)
    }

    static func filled(_ text: String?) -> String? { WireReading.filled(text) }
}

/// Reads a list that is paged by `pageToken` to its end.
struct GoogleListing: Sendable {
    let fetch: @Sendable (HTTPTransport.Call) async throws(ProviderError) -> HTTPTransport.Reply

    /// The objects under `member` of all pages.
    ///
    /// A page token that was seen before ends the list: some services page for ever.
    func all(
        _ path: [String], query: [(String, String)], member: String, atMost: Int = 100_000
    ) async throws(ProviderError) -> [JSONObject] {
        var found: [JSONObject] = []
        var seen: Set<String> = []
        var token: String?
        repeat {
            let cursor = token.map { [("pageToken", $0)] } ?? []
            let page = try GoogleWire.object(try await fetch(.init(path: path, query: query + cursor)))
            // An empty list is sent without the member.
            found += page.objects(member) ?? []
            token = GoogleWire.filled(page.string("nextPageToken"))
        } while token.map { seen.insert($0).inserted } ?? false && found.count < atMost
        return found
    }
}
