import Foundation
import LLMBatchCore

/// The source of Google Cloud credentials.
public enum GoogleCredentialSource: Sendable, Hashable {
    /// Application Default Credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, else that of
    /// `gcloud auth application-default login`, else the metadata server of the machine.
    case standard
    /// A credentials file of a service account, or of a user logged in with gcloud, readable only by its owner. Its path is
    /// stored.
    case file(String)
    /// The metadata server of a machine on Google Cloud. Nothing is stored.
    case metadataServer
    /// An environment variable that holds an access token, read when the provider is created. Its name is stored. The token
    /// is not renewed, and is valid for at most an hour.
    case token(environment: String)
    /// An access token given in code. It is not stored, so a later process must be given the provider again.
    case accessToken(String)

    /// The variable that names a file, not a token.
    private static let fileVariable = "GOOGLE_APPLICATION_CREDENTIALS"

    /// The stored form, without secrets.
    var stored: String? {
        switch self {
        case .standard: "env:\(Self.fileVariable)"
        case .file(let path): "file:\(path)"
        case .metadataServer: "metadata:"
        case .token(let name): "env:\(name)"
        case .accessToken: "value:"
        }
    }

    /// From the stored form.
    ///
    /// - Throws: `keyRefused` when no source is stored, as for a batch imported with custom endpoints, and when the stored
    ///   source has no credentials.
    init(stored: String?) throws {
        let halves = (stored ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        switch (halves[0], halves.last ?? "") {
        case ("file", let path): self = .file(path)
        case ("metadata", _): self = .metadataServer
        case ("env", Self.fileVariable): self = .standard
        case ("env", let name): self = .token(environment: name)
        default:
            throw LLMBatchError(
                .keyRefused, "the source of the Google Cloud credentials is not stored",
                remedy: Remedy("The variable \(Self.fileVariable) selects Application Default Credentials", .give(.key))
            )
        }
    }
}

/// Credentials and their project.
struct GoogleCredentials {
    let credential: GoogleCredential
    /// The project they belong to, if they name one.
    let project: String?

    /// - Throws: `keyRefused` when the source has no credentials.
    static func find(
        _ source: GoogleCredentialSource, environment: [String: String] = ProcessInfo.processInfo.environment,
        timeout: Duration
    ) throws -> GoogleCredentials {
        func filled(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        switch source {
        case .token(let name):
            guard let key = try APIKeySource.environment(name).key(required: true) else { break }
            return GoogleCredentials(credential: GoogleCredential(GoogleFixedToken(secret: key)), project: nil)
        case .accessToken(let text):
            guard text.isKey else {
                throw LLMBatchError(.keyRefused, "the access token contains characters that are not valid in a token")
            }
            return GoogleCredentials(credential: GoogleCredential(GoogleFixedToken(secret: APIKey(text))), project: nil)
        case .file(let path):
            return try GoogleCredentialFile.read(try KeyFile(path).bytes(of: "credentials"), at: path, timeout: timeout)
        case .metadataServer: break
        case .standard:
            if let path = filled("GOOGLE_APPLICATION_CREDENTIALS") {
                return try GoogleCredentialFile.read(path, timeout: timeout)
            }
            let folder = filled("CLOUDSDK_CONFIG") ?? filled("HOME").map { $0 + "/.config/gcloud" }
            if let path = folder.map({ $0 + "/application_default_credentials.json" }),
                FileManager.default.fileExists(atPath: path)
            {
                return try GoogleCredentialFile.read(path, timeout: timeout)
            }
        }
        return try onMachine(filled("GCE_METADATA_HOST"))
    }

    private static func onMachine(_ host: String?) throws -> GoogleCredentials {
        GoogleCredentials(credential: GoogleCredential(try GoogleMetadataServer(host: host)), project: nil)
    }
}

/// A credentials file in the format of Google's tools.
enum GoogleCredentialFile {
    /// A file of the default chain may be readable by others.
    static func read(_ path: String, timeout: Duration) throws -> GoogleCredentials {
        try read(FileManager.default.contents(atPath: path), at: path, timeout: timeout)
    }

    /// - Throws: `keyRefused` for a file that cannot be read, or for credentials of an unsupported type.
    static func read(_ data: Data?, at path: String, timeout: Duration) throws -> GoogleCredentials {
        guard let data, let file = try? JSONObject(Array(data)) else {
            throw LLMBatchError(
                .keyRefused, "the credentials' file \(path) cannot be read",
                remedy: "It must be the JSON file of a service account, or of gcloud auth application-default login")
        }
        switch file.string("type") {
        case "service_account":
            let account = try GoogleServiceAccount(file, timeout: timeout)
            return GoogleCredentials(
                credential: GoogleCredential(account, fingerprint: APIKey(account.email).fingerprint),
                project: WireReading.filled(file.string("project_id")))
        case "authorized_user":
            let project = WireReading.filled(file.string("quota_project_id"))
            return GoogleCredentials(
                credential: GoogleCredential(try GoogleUser(file, timeout: timeout), quotaProject: project),
                project: project)
        case let other:
            throw LLMBatchError(
                .keyRefused, "the credentials' file \(path) is of type \"\(other ?? "none")\", which is not supported",
                remedy: Remedy("Use the key of a service account, or an access token in a variable", .give(.key)))
        }
    }
}
