import LLMBatchTesting
public import LLMBatchCore

extension ProviderConformance {
    /// What not every provider does; see ``Subject``.
    public enum Ability: String, Sendable, Hashable, CaseIterable {
        /// The input is uploaded by a call of its own.
        case uploads
        /// An upload whose answer is lost is found again.
        case findsUploads
        /// An upload is not usable at once, which passes.
        case fileRace
        /// Calls carry a key, which the simulator checks (``SimulatorScript/apiKey``).
        case key
        /// The key tells whose account it is; elsewhere accounts have names of their own, and any key of theirs will do, or
        /// keys are tokens that are renewed all the time.
        case keyIsAccount
        /// A service without room refuses or fails the job for that reason.
        case fullQueue
        /// Results are read as lines of a file or stream, by calls of ``SimulatorRoute/fileContent``.
        case resultLines
        /// Failed requests have a line with their reason.
        case errorLines
        /// The service says where a job is in words of its own, which are kept as they are.
        case statusWords
        /// A job can fail as a whole, and the service says so.
        case failsWhole
        /// The service counts, and its counts are compared.
        case counts
        /// Requests are said in another form, which cannot say everything.
        case translates
        /// A model may call tools.
        case tools
        /// Jobs can be found in a list of many.
        case lists
        /// That list comes in pages.
        case pages
    }

    /// How a provider is built for a case.
    public struct Connection: Sendable {
        /// The address of the simulator, such as `http://127.0.0.1:40123`.
        public var origin: String
        /// The same with what the paths of the service begin with.
        public var baseURL: String
        /// The key that calls are to carry.
        public var key: String
        /// The model of all requests; nil leaves it to the bodies.
        public var model: String?
        /// Options: pauses of hundredths of a second, and what a case asks for.
        public var options: [String: String]
    }

    /// A provider under test.
    public struct Subject: Sendable, CustomStringConvertible {
        /// What is known of it.
        public let described: ProviderDescription
        /// Which simulator it speaks to.
        public let simulator: ProviderSimulator.Kind
        /// What it does of that which not every provider does.
        public let abilities: Set<Ability>
        /// The model that the requests name.
        public let model: String
        /// What it is called in the names of runs.
        public let description: String
        let make: @Sendable (Connection) throws -> Provider

        /// What the requests ask for: chat completions where those are taken.
        var endpoint: Endpoint {
            let taken = described.limits?.endpoints ?? []
            return taken.contains(.chatCompletions) ? .chatCompletions : taken.first ?? .chatCompletions
        }

        /// - Parameters:
        ///   - described: what is known of it; limits, cancellation and what is kept at the end are taken from here.
        ///   - title: what it is called in the names of runs; its own name when nil.
        ///   - without: what it does not do.
        ///   - make: builds it. It must take the options `poll-interval`, `longest-poll`, `reconcile-interval`,
        ///     `queue-interval`, `backoff`, `timeout`, `requests-per-job` and `bytes-per-job`.
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
