import Foundation
import LLMBatchCore

/// The location of Vertex AI jobs and their objects.
struct VertexLocation: Sendable {
    let project: String
    let location: String
    let service: ServiceURL
    let storage: ServiceURL
    /// The folder of the bucket for all our objects.
    private let folder: CloudObject
    private let version: String

    /// - Throws: `invalidConfiguration` for a missing or invalid setting.
    init(project: String?, location: String?, bucket: String?, baseURL: String?, storage: String?, version: String?)
        throws
    {
        guard let project = WireReading.filled(project) else {
            throw Self.missing(
                "project", .option("project", example: "ID"), .variable("GOOGLE_CLOUD_PROJECT", example: "ID"))
        }
        guard let location = WireReading.filled(location) else {
            throw Self.missing(
                "location", .option("location", example: "us-central1"),
                .variable("GOOGLE_CLOUD_LOCATION", example: "us-central1"))
        }
        // It becomes part of a host name.
        guard location.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            throw LLMBatchError(.invalidConfiguration, "\"\(location)\" is no location of Google Cloud")
        }
        guard let bucket = WireReading.filled(bucket) else {
            throw Self.missing("bucket for requests and answers", .option("bucket", example: "gs://NAME"))
        }
        guard let folder = CloudObject(bucket) else {
            throw LLMBatchError(
                .invalidConfiguration, "\"\(bucket)\" names no bucket of Cloud Storage",
                remedy: "It is gs://NAME, or gs://NAME/FOLDER")
        }
        self.project = project
        self.location = location
        self.folder = folder
        service = try ServiceURL(baseURL ?? Self.address(of: location))
        self.storage = try ServiceURL(storage ?? CloudStorage.standard)
        self.version = version ?? "v1"
    }

    /// The folder of one submission.
    func folder(of token: String) -> CloudObject { folder.below(GoogleWire.namePrefix + token) }

    /// The path of the jobs.
    var jobs: [String] { [version, "projects", project, "locations", location, "batchPredictionJobs"] }

    /// The path of a job, given by its full name or the last part of it.
    func path(ofJob id: String) -> [String] {
        let parts = id.split(separator: "/").map(String.init)
        return parts.count > 1 ? [version] + parts : jobs + parts
    }

    /// Source: discovery document of `aiplatform` v1, and the addresses of google-genai.
    static func address(of location: String) -> String {
        switch location {
        case "global": "https://aiplatform.googleapis.com"
        case "us", "eu": "https://aiplatform.\(location).rep.googleapis.com"
        default: "https://\(location)-aiplatform.googleapis.com"
        }
    }

    private static func missing(_ what: String, _ arguments: Remedy.Argument...) -> LLMBatchError {
        LLMBatchError(
            .invalidConfiguration, "vertex-ai needs a \(what)", remedy: Remedy(steps: arguments.map { .give($0) }))
    }
}
