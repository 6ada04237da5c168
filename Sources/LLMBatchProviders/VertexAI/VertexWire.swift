import Foundation
import LLMBatchCore

/// Reads batch prediction jobs leniently: a value that is absent, empty or of another type is nil.
///
/// Source: discovery document of `aiplatform` v1, `GoogleCloudAiplatformV1BatchPredictionJob`.
enum VertexWire {
    /// The label of the submission token.
    static let tokenLabel = "llmbatch_token"
    /// A job can be queued for three days and run for one.
    static let window: TimeInterval = 96 * 3600

    /// A job; nil when it has no name.
    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let name = WireReading.filled(object.string("name")) else { return nil }
        let word = object.string("state") ?? ""
        let status = GoogleWire.status(word)
        let failure = object.object("error").map { GoogleCode.read($0).error }
        let created = object.date("createTime")
        return RemoteJob(
            id: name, status: status, rawStatus: word,
            token: object.object("labels")?.string(tokenLabel)
                ?? GoogleWire.token(inName: object.string("displayName")),
            inputFileID: input(object), outputFileID: output(object), failure: failure,
            isQueueFull: status == .failed
                && GoogleCode.isQueueFull(
                    failure, answered: object.object("completionStats")?.count("successfulCount")),
            reported: status.isFinal ? counts(object.object("completionStats")) : nil, createdAt: created,
            expiresAt: created?.addingTimeInterval(window))
    }

    /// The folder of a job's answers: the one it reports, else the requested one.
    static func folder(_ object: JSONObject) -> CloudObject? {
        (output(object) ?? destination(object)).flatMap { CloudObject($0) }
    }

    private static func output(_ object: JSONObject) -> String? {
        WireReading.filled(object.object("outputInfo")?.string("gcsOutputDirectory"))
    }

    private static func destination(_ object: JSONObject) -> String? {
        object.object("outputConfig")?.object("gcsDestination")?.string("outputUriPrefix")
    }

    private static func input(_ object: JSONObject) -> String? {
        let uris = object.object("inputConfig")?.object("gcsSource")?.raw("uris")
        return uris.flatMap { try? JSONNode(Array($0)) }?.elements?.first?.text
    }

    /// Counts are 64-bit numbers encoded as strings; an unknown one is -1. Requests unfinished when the job was cancelled or
    /// expired did not fail: they have no answer.
    private static func counts(_ stats: JSONObject?) -> RemoteJob.ReportedCounts? {
        guard let stats else { return nil }
        let keys = ["successfulCount", "failedCount", "incompleteCount"]
        guard keys.allSatisfy({ !stats.has($0) || stats.count($0) != nil || stats.integer($0) == -1 }) else {
            return nil
        }
        let counts = keys.map { stats.count($0) ?? 0 }
        return RemoteJob.ReportedCounts(total: counts.clampedSum(), completed: counts[0], failed: counts[1])
    }
}
