import Foundation
import LLMBatchCore

/// Where the credentials of Google Cloud come from.
public enum GoogleCredentialSource: Sendable, Hashable {
    /// As in Google's own libraries: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, else that of
    /// `gcloud auth application-default login`, else the metadata server of the machine.
    case standard
    /// A file with the key of a service account, or of a person who logged in with gcloud, that nobody else may read. Its
    /// path is stored.
    case file(String)
    /// The metadata server that every machine of Google Cloud has. Nothing is stored.
    case metadataServer
    /// An environment variable that holds an access token, read when the provider is built. Its name is stored. The token
    /// is not renewed: it is good for an hour at most.
    case token(environment: String)
    /// An access token at hand in code. Nothing of it is stored, so a later process must be given the provider again.
    case accessToken(String)

    /// The variable that names a file, not a token.
    private static let fileVariable = "GOOGLE_APPLICATION_CREDENTIALS"

    /// What may be stored of it.
    var stored: String? {
        switch self {
        case .standard: "env:\(Self.fileVariable)"
        case .file(let path): "file:\(path)"
        case .metadataServer: "metadata:"
        case .token(let name): "env:\(name)"
        case .accessToken: "value:"
        }
    }

    /// From what was stored.
    ///
    /// - Throws: `keyRefused` where nothing was stored, as for a batch that came from elsewhere with addresses of its own, and
    ///   where what was stored leads to no credentials.
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
                .keyRefused, "it is not stored where the credentials of Google Cloud come from",
                hint:
                    "Say where they are: --api-key-env \(Self.fileVariable) for the usual places, or --api-key-file PATH"
            )
        }
    }
}

/// Credentials as they were found, with what they say of themselves.
struct GoogleCredentials {
    let credential: GoogleCredential
    /// The project that they belong to, where they name one.
    let project: String?

    /// - Throws: `keyRefused` when there are none where they should be.
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
                throw LLMBatchError(.keyRefused, "the access token holds characters that no token has")
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

/// A file of credentials in the form of Google's tools.
enum GoogleCredentialFile {
    /// Whom else its owner lets read it is the affair of those who put it there.
    static func read(_ path: String, timeout: Duration) throws -> GoogleCredentials {
        try read(FileManager.default.contents(atPath: path), at: path, timeout: timeout)
    }

    /// - Throws: `keyRefused` for a file that cannot be read or holds credentials of a kind that is not known here.
    static func read(_ data: Data?, at path: String, timeout: Duration) throws -> GoogleCredentials {
        guard let data, let file = try? JSONObject(Array(data)) else {
            throw LLMBatchError(
                .keyRefused, "the credentials' file \(path) cannot be read",
                hint: "It is the JSON file of a service account, or of gcloud auth application-default login")
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
                .keyRefused, "the credentials' file \(path) is of type \"\(other ?? "none")\", which is not known here",
                hint: "Use the key of a service account, or an access token in a variable: --api-key-env NAME")
        }
    }
}
