import Foundation
import LLMBatchCore

/// Reads model invocation jobs leniently: a value that is absent, empty or of another type is nil.
///
/// Source: botocore's service model of Bedrock, `GetModelInvocationJob`; Amazon Bedrock user guide, "Monitor batch
/// inference jobs".
enum BedrockWire {
    /// The prefix of job names, before the token.
    static let namePrefix = "llmbatch-"

    /// A job; nil when it has no ARN.
    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("jobArn")) else { return nil }
        let word = object.string("status") ?? ""
        let status = status(word)
        let message = WireReading.filled(object.string("message"))
        return RemoteJob(
            id: id, status: status, rawStatus: word, token: token(object),
            inputFileID: WireReading.filled(input(object)?.uri),
            failure: status == .failed
                ? ResultError(code: "job_failed", message: message ?? "the service gave no reason") : nil,
            reported: counts(object), createdAt: object.date("submitTime"),
            expiresAt: object.date("jobExpirationTime"))
    }

    /// The canonical status; an unknown one counts as running.
    private static func status(_ word: String) -> BatchStatus {
        switch word {
        case "Submitted", "Validating", "Scheduled": .validating
        case "Completed": .completed
        // The job timed out, before or after it processed some records.
        case "PartiallyCompleted", "Expired": .expired
        case "Failed": .failed
        case "Stopping": .cancelling
        case "Stopped": .cancelled
        default: .inProgress
        }
    }

    private static func token(_ object: JSONObject) -> String? {
        if let token = WireReading.filled(object.string("clientRequestToken")) { return token }
        let name = object.string("jobName") ?? ""
        return name.hasPrefix(namePrefix) ? String(name.dropFirst(namePrefix.count)) : nil
    }

    private static func counts(_ object: JSONObject) -> RemoteJob.ReportedCounts? {
        let counts = RemoteJob.ReportedCounts(
            object, total: "totalRecordCount", completed: "successRecordCount", failed: "errorRecordCount")
        return counts.flatMap { $0.total > 0 ? $0 : nil }
    }

    /// The input location of a job.
    static func input(_ job: JSONObject) -> S3Location? {
        S3Location(job.object("inputDataConfig")?.object("s3InputDataConfig")?.string("s3Uri"))
    }

    /// The output folder of a job, below the configured one.
    static func output(_ job: JSONObject) -> S3Location? {
        let given = S3Location(job.object("outputDataConfig")?.object("s3OutputDataConfig")?.string("s3Uri"))
        guard let id = job.string("jobArn")?.split(separator: "/").last else { return nil }
        return given?.appending("\(id)/")
    }

    /// The counts of a manifest, which is stored next to the answers.
    static func manifest(_ bytes: [UInt8]) -> RemoteJob.ReportedCounts? {
        (try? JSONObject(bytes)).flatMap(counts)
    }
}
