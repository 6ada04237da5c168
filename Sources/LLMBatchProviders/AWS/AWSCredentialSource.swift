import Foundation
import LLMBatchCore

/// The source of AWS credentials. The credentials themselves are never stored.
public enum AWSCredentialSource: Sendable {
    /// The default chain of AWS tools: the environment, a web identity, the shared files with `AWS_PROFILE`, the container
    /// endpoint, the instance endpoint. Temporary credentials are renewed before they expire.
    case standard
    /// A profile of the shared config and credentials files, with or without a role to assume.
    case profile(String)
    /// Credentials given in code. A later process must be given the provider again.
    case keys(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil)

    /// The stored form, which lets a later process use the default chain. Nil for credentials given in code.
    var stored: String? {
        if case .keys = self { nil } else { "aws:" }
    }
}

/// One place that may hold credentials.
protocol AWSCredentialProvider: Sendable {
    /// Its name in errors that list the places searched.
    var name: String { get }
    /// The current credentials; nil when the place is not configured.
    func keys() async throws(ProviderError) -> AWSKeys?
}

/// Credentials given in code.
struct StaticCredentials: AWSCredentialProvider {
    let given: AWSKeys
    let name = "the credentials given in code"

    func keys() -> AWSKeys? { given }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_SESSION_TOKEN` for temporary credentials.
struct EnvironmentCredentials: AWSCredentialProvider {
    let environment: AWSEnvironment
    let name = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

    func keys() throws(ProviderError) -> AWSKeys? {
        guard let id = environment["AWS_ACCESS_KEY_ID"] else { return nil }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
            throw .noKeys("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        }
        return AWSKeys(
            accessKeyID: id, secretAccessKey: secret,
            sessionToken: environment["AWS_SESSION_TOKEN"] ?? environment["AWS_SECURITY_TOKEN"])
    }
}

extension ProviderError {
    /// No credentials, for this reason; nothing was sent.
    static func noKeys(_ reason: String) -> ProviderError {
        ProviderError(.authentication, delivery: .notSent, message: reason)
    }
}
