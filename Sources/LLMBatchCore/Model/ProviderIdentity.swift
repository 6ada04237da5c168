import Foundation

/// The identity of a provider configuration: the settings that determine the answers, and the account that pays for
/// them.
///
/// This is the only definition of "the same" configuration. Two batches of the same requests are the same batch when
/// their identities are equal. An answer is reused, and a submitted attempt resumed, only under the identity it was
/// requested with. The identity covers the provider, its address, the model and every option that changes answers
/// (``OptionRole``), but not pauses, limits or batching. The key is not part of it; it is checked against the account
/// that an attempt is bound to.
package struct ProviderIdentity: Sendable, Hashable {
    /// The provider's name.
    package let provider: String
    /// The normalized address of the service; nil for the provider's own.
    package let address: String?
    /// The model that replaces the one in each request; nil leaves the requests as they are.
    package let model: String?
    /// The options that change answers.
    package let options: [String: String]
    /// The options that select the account.
    package let account: [String: String]

    /// The identity of settings.
    ///
    /// - Parameter settings: complete settings, as a ``Provider`` has them, with defaults from the environment filled
    ///   in.
    package init(_ settings: ProviderSettings) {
        provider = settings.name
        address = settings.baseURL.map(Self.plain)
        model = settings.model
        // A flag that is off equals one that is not set.
        let given = settings.options.filter { $0.value != "false" }
        options = given.filter { name, _ in
            OptionRole(of: name) == .answer && OptionRole.conditions[name].map { given[$0] != nil } ?? true
        }
        account = given.filter { OptionRole(of: $0.key) == .account }
    }

    /// Normalizes an address: the case of the host, the default port and trailing slashes are dropped.
    static func plain(_ text: String) -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else { return text }
        parts.scheme = scheme
        parts.host = parts.host?.lowercased()
        if parts.port == (scheme == "https" ? 443 : 80) { parts.port = nil }
        return parts.string ?? text
    }

    /// One difference between two identities.
    package struct Difference: Sendable, Hashable, CustomStringConvertible {
        /// The setting that differs.
        package enum Subject: Sendable, Hashable {
            case provider, address, model
            /// An option that changes answers.
            case option(String)
            /// An option that selects the account.
            case account(String)
        }

        /// The setting that differs.
        package let subject: Subject
        /// Its value in this identity; nil where it is not set.
        package let here: String?
        /// Its value in the other identity; nil where it is not set.
        package let there: String?

        /// The difference as text: `the model (m2, was m1)`.
        package var description: String { "\(name) (\(here ?? unset), was \(there ?? unset))" }

        private var name: String {
            switch subject {
            case .provider: "the provider"
            case .address: "the base URL"
            case .model: "the model"
            case .option(let name), .account(let name): "the option \(name)"
            }
        }

        private var unset: String {
            switch subject {
            case .address: "the provider's own"
            case .model: "that of the requests"
            default: "not set"
            }
        }

        /// True for a setting that only selects the account.
        package var isOfAccount: Bool {
            if case .account = subject { true } else { false }
        }

        /// True for a setting that is part of the bytes of an attempt, which never change.
        var isOfBytes: Bool {
            switch subject {
            case .model, .option: true
            case .provider, .address, .account: false
            }
        }
    }

    /// The differences from `other`; empty when they are the same.
    ///
    /// For different providers, only the names are compared.
    package func differences(from other: ProviderIdentity) -> [Difference] {
        guard provider == other.provider else {
            return [Difference(subject: .provider, here: provider, there: other.provider)]
        }
        var found: [Difference] = []
        func compare(_ subject: Difference.Subject, _ here: String?, _ there: String?) {
            if here != there { found.append(Difference(subject: subject, here: here, there: there)) }
        }
        compare(.address, address, other.address)
        compare(.model, model, other.model)
        func compareAll(_ here: [String: String], _ there: [String: String], _ subject: (String) -> Difference.Subject)
        {
            for name in Set(here.keys).union(there.keys).sorted() { compare(subject(name), here[name], there[name]) }
        }
        compareAll(options, other.options) { .option($0) }
        compareAll(account, other.account) { .account($0) }
        return found
    }
}
