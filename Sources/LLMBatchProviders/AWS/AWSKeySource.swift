import Foundation
import LLMBatchCore

/// Where the keys of an AWS identity come from. Nothing of them is ever stored.
public enum AWSKeySource: Sendable {
    /// Where the tools of AWS look: the environment, a web identity, the shared files with `AWS_PROFILE`, the container's
    /// endpoint, the instance's. Keys that are lent are renewed before they end.
    case standard
    /// A profile of the shared config and credentials files, with or without a role to take on.
    case profile(String)
    /// Keys at hand in code. A later process must be given the provider again.
    case keys(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil)

    /// What is stored of it: that a later process may look where the tools of AWS do. Nil for keys at hand.
    var stored: String? {
        if case .keys = self { nil } else { "aws:" }
    }
}

/// One place where keys may come from.
protocol AWSKeyPlace: Sendable {
    /// How it is called where it is said what was looked for.
    var name: String { get }
    /// The keys that are there now; nil when the place is not set up.
    func keys() async throws(ProviderError) -> AWSKeys?
}

/// Keys that are at hand.
struct GivenKeys: AWSKeyPlace {
    let given: AWSKeys
    let name = "the keys given in code"

    func keys() -> AWSKeys? { given }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_SESSION_TOKEN` for lent ones.
struct EnvironmentKeys: AWSKeyPlace {
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
    /// There are no keys, for this reason; nothing was sent.
    static func noKeys(_ reason: String) -> ProviderError {
        ProviderError(.authentication, delivery: .notSent, message: reason)
    }
}
