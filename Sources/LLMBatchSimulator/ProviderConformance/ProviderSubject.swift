public import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// A feature that not every provider has; see ``Subject``.
    public enum Ability: String, Sendable, Hashable, CaseIterable {
        /// The input is uploaded in a separate call.
        case uploads
        /// An upload whose response was lost can be found.
        case findsUploads
        /// A new upload can be temporarily unusable.
        case fileRace
        /// Calls carry a key, which the simulator checks (``SimulatorScript/apiKey``).
        case key
        /// The key identifies the account. Elsewhere, accounts have their own names and accept any of their keys, or
        /// keys are tokens that are renewed all the time.
        case keyIsAccount
        /// A service whose queue is full rejects or fails the job for that reason.
        case fullQueue
        /// Results are read as lines of a file or stream, through calls of ``SimulatorRoute/fileContent``.
        case resultLines
        /// Failed requests have a line with the reason.
        case errorLines
        /// The service reports a job's status in its own terms, which are stored unchanged.
        case statusWords
        /// A job can fail as a whole, and the service reports it.
        case failsWhole
        /// The service reports counts, and they are compared with the results.
        case counts
        /// Requests are translated to another format, which cannot express everything.
        case translates
        /// The model can call tools.
        case tools
        /// Jobs can be found in a list.
        case lists
        /// The list of jobs has pages.
        case pages
    }

    /// The settings with which a case builds a provider.
    public struct Connection: Sendable {
        /// The address of the simulator, such as `http://127.0.0.1:40123`.
        public var origin: String
        /// The address with the path prefix of the service.
        public var baseURL: String
        /// The key that calls must carry.
        public var key: String
        /// The model for all requests; nil leaves it to the bodies.
        public var model: String?
        /// The options: pauses of hundredths of a second, and what a case sets.
        public var options: [String: String]
    }

    /// A provider under test.
    public struct Subject: Sendable, CustomStringConvertible {
        /// Its description.
        public let described: ProviderDescription
        /// The simulator that it talks to.
        public let simulator: ProviderSimulator.Kind
        /// The optional features that it has.
        public let abilities: Set<Ability>
        /// The model that the requests name.
        public let model: String
        /// Its name in the names of runs.
        public let description: String
        let make: @Sendable (Connection) throws -> Provider

        /// The endpoint of the requests: chat completions if the provider accepts them.
        var endpoint: Endpoint {
            let taken = described.limits?.endpoints ?? []
            return taken.contains(.chatCompletions) ? .chatCompletions : taken.first ?? .chatCompletions
        }

        /// Whether a job can be identified by its token.
        var hasTokens: Bool { [.token, .idempotent].contains(described.recovery) }

        /// - Parameters:
        ///   - described: The provider's description, which gives its limits, whether it can cancel, and what it keeps
        ///     at the end.
        ///   - title: The name in the names of runs; the provider's own name when nil.
        ///   - without: The features that it does not have.
        ///   - make: Builds the provider, which must accept the options `poll-interval`, `longest-poll`,
        ///     `reconcile-interval`, `queue-interval`, `backoff`, `timeout`, `requests-per-job` and `bytes-per-job`.
        public init(
            _ described: ProviderDescription, simulator: ProviderSimulator.Kind, model: String = "model-one",
            title: String? = nil, without: Set<Ability> = [], make: @escaping @Sendable (Connection) throws -> Provider
        ) {
            self.described = described
            self.simulator = simulator
            self.model = model
            description = title ?? described.name
            abilities = Set(Ability.allCases).subtracting(without)
            self.make = make
        }
    }
}
