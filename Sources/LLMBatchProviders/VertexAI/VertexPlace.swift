import Foundation
import LLMBatchCore

/// Where jobs of Vertex AI are made and where their objects lie.
struct VertexPlace: Sendable {
    let project: String
    let location: String
    let service: ServiceURL
    let storage: ServiceURL
    /// Everything of ours lies in this folder of the bucket.
    private let folder: CloudObject
    private let version: String

    /// - Throws: `invalidConfiguration` for what is missing or makes no sense.
    init(project: String?, location: String?, bucket: String?, baseURL: String?, storage: String?, version: String?)
        throws
    {
        guard let project = WireReading.filled(project) else {
            throw Self.missing("project", "project=ID, or set GOOGLE_CLOUD_PROJECT")
        }
        guard let location = WireReading.filled(location) else {
            throw Self.missing("location", "location=us-central1, or set GOOGLE_CLOUD_LOCATION")
        }
        // It becomes part of a host's name.
        guard location.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            throw LLMBatchError(.invalidConfiguration, "\"\(location)\" is no location of Google Cloud")
        }
        guard let bucket = WireReading.filled(bucket) else {
            throw Self.missing("bucket for requests and answers", "bucket=gs://NAME")
        }
        guard let folder = CloudObject(bucket) else {
            throw LLMBatchError(
                .invalidConfiguration, "\"\(bucket)\" names no bucket of Cloud Storage",
                hint: "It is gs://NAME, or gs://NAME/FOLDER")
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

    /// The path of a job, which is named whole or by its last part.
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

    private static func missing(_ what: String, _ option: String) -> LLMBatchError {
        LLMBatchError(.invalidConfiguration, "vertex-ai needs a \(what)", hint: "Name it: --option \(option)")
    }
}
