/// What to do about an error, as data: advice, and steps to choose from.
///
/// Each program renders it in its own terms: ``description`` names the library's methods, the command-line tool prints
/// commands.
public struct Remedy: Sendable, Hashable {
    /// A sentence before the steps, without a full stop; nil where the steps say everything.
    public var advice: String?
    /// The possible next steps, safest first. Where there are several, choose one.
    public var steps: [Step]

    public init(_ advice: String? = nil, _ steps: Step...) {
        self.advice = advice
        self.steps = steps
    }

    package init(_ advice: String? = nil, steps: [Step]) {
        self.advice = advice
        self.steps = steps
    }
}

extension Remedy {
    /// The same remedy, preceded by a sentence about what happened, such as that nothing was stored.
    package func after(_ state: String) -> Remedy {
        Remedy(advice.map { "\(state). \($0)" } ?? state, steps: steps)
    }
}

extension Remedy: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self.init(value) }
}

extension Remedy {
    /// One possible next step.
    public enum Step: Sendable, Hashable {
        /// Drive the batch to its end, or watch the process that drives it.
        case wait(BatchID)
        /// Show the status of the batch.
        case showStatus(BatchID)
        /// Show the results of the batch.
        case showResults(BatchID)
        /// Search for the provider job again.
        case reconcile(BatchID)
        /// Link this provider job to a job at the provider; `force` links it even if that job reports that it is a
        /// different one.
        case adopt(BatchID, remoteID: String? = nil, job: Int = 1, force: Bool = false)
        /// Submit this provider job again, which may be charged twice.
        case resubmit(BatchID, job: Int = 1)
        /// Give up the open requests.
        case cancel(BatchID)
        /// Send the unsuccessful requests again: only these outcomes if any are given, and to another provider if one
        /// is given.
        case retry(BatchID, outcomes: [Outcome] = [], provider: String? = nil)
        /// List the batches of the storage.
        case listBatches
        /// List the providers.
        case listProviders
        /// Explain a provider and its options.
        case showProvider(String)
        /// Create a batch from a file of requests.
        case run(file: String)
        /// Run a typed job over a file of rows.
        case runTypedJob(file: String)
        /// Import the batches of a portable file.
        case importFile(String)
        /// Convert a file with a shell command, then read its output.
        case convert(shell: String, then: Reader)
        /// Pass a missing argument, or a different one.
        case give(Argument)
        /// Do the same again, after the other steps. Nothing is lost: it resumes from what is stored.
        case again
    }

    /// The command that reads the output of a conversion.
    public enum Reader: Sendable, Hashable {
        /// A batch; `native` for bodies in the format of the service that will process them.
        case requests(native: Bool = false, needsModel: Bool = false)
        /// A typed job over rows, in a format if one is given.
        case rows(format: String? = nil)
        /// An import.
        case portableFile
    }

    /// An argument of a call or a command.
    public enum Argument: Sendable, Hashable {
        /// The model.
        case model
        /// The environment variable or the file that holds the key.
        case key
        /// An option of the provider, with an example value.
        case option(String, example: String)
        /// The address of the service.
        case baseURL(String)
        /// An environment variable, with an example value.
        case variable(String, example: String)
        /// The endpoint for lines that name none.
        case endpoint
        /// The number of the provider job.
        case providerJob
        /// Another store.
        case store
        /// Permission to replace a file.
        case replacing
        /// Permission to continue under another account.
        case otherAccount
        /// Permission to create a second typed job beside the one with that name.
        case fork
        /// The delimiter of a table.
        case delimiter([String])
        /// The encoding of a text file.
        case encoding([String])
        /// The format of a file of rows.
        case format(String)
    }
}
