import Foundation

/// Who is asked, and how: the part of a provider's settings that decides what is answered, and for whom.
///
/// This is the one definition of "the same". Two batches of the same requests are the same batch when their identities
/// do not differ; an answer is reused, and a submitted attempt resumed, only under the identity that it was asked with.
/// The provider, its address, the model and every option that changes answers belong to it (``OptionRole``); pauses,
/// limits and portions do not. The key is no part of it: it is checked by the account that an attempt is bound to.
public struct ProviderIdentity: Sendable, Hashable {
    /// The provider by name.
    public let provider: String
    /// The address of the service in its plain form; nil for the provider's own.
    public let address: String?
    /// The model that replaces the one in each request; nil leaves the requests as they are.
    public let model: String?
    /// The options that change answers.
    public let options: [String: String]
    /// The options that decide whose account does the work.
    public let account: [String: String]

    /// The identity of settings.
    ///
    /// - Parameter settings: as a ``Provider`` has them, so that what the environment says is filled in.
    public init(_ settings: ProviderSettings) {
        provider = settings.name
        address = settings.baseURL.map(Self.plain)
        model = settings.model
        // A flag that is off is as good as none.
        let given = settings.options.filter { $0.value != "false" }
        options = given.filter { name, _ in
            OptionRole(of: name) == .answer && OptionRole.conditions[name].map { given[$0] != nil } ?? true
        }
        account = given.filter { OptionRole(of: $0.key) == .account }
    }

    /// An address without what makes no difference: the case of its host, the usual port, slashes at its end.
    static func plain(_ text: String) -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else { return text }
        parts.scheme = scheme
        parts.host = parts.host?.lowercased()
        if parts.port == (scheme == "https" ? 443 : 80) { parts.port = nil }
        return parts.string ?? text
    }

    /// One thing in which two identities differ.
    public struct Difference: Sendable, Hashable, CustomStringConvertible {
        /// What it is about.
        public enum Subject: Sendable, Hashable {
            case provider, address, model
            /// An option that changes answers.
            case option(String)
            /// An option that decides whose account does the work.
            case account(String)
        }

        /// What it is about.
        public let subject: Subject
        /// Its value here; nil where there is none.
        public let here: String?
        /// Its value in the other identity.
        public let there: String?

        /// In words: `the model (m2, was m1)`.
        public var description: String { "\(name) (\(here ?? unset), was \(there ?? unset))" }

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

        /// True for what decides whose account does the work, and nothing else.
        public var isOfAccount: Bool {
            if case .account = subject { true } else { false }
        }

        /// True for what is part of the bytes of an attempt, which never change.
        var isOfBytes: Bool {
            switch subject {
            case .model, .option: true
            case .provider, .address, .account: false
            }
        }
    }

    /// What differs from `other`; empty when they are the same.
    ///
    /// Of two providers nothing but their names is compared.
    public func differences(from other: ProviderIdentity) -> [Difference] {
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
