extension Remedy: CustomStringConvertible {
    /// The advice and the steps in terms of the library's API, safe to show.
    public var description: String {
        let choices = steps.filter { $0 != .again }.map(\.description).joined(separator: ", or ")
        let last = steps.contains(.again) ? Step.again.description : ""
        return [advice ?? "", choices, last].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

extension Remedy.Step: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wait(let id): "call wait() on batch \(id) to finish it"
        case .showStatus(let id): "read record() on batch \(id)"
        case .showResults(let id): "read results() on batch \(id)"
        case .reconcile: "call reconcile() to search for the job again"
        case .adopt(_, let remoteID, let job, let force): Self.adopting(remoteID, job, force)
        case .resubmit(_, let job):
            "call resubmit(\(job == 1 ? "" : "index: \(job)")) to submit it again, which may be charged twice"
        case .cancel: "call cancel() to give up the open requests"
        case .retry(_, let outcomes, let provider):
            "call retry(\(outcomes.isEmpty ? "" : "[\(outcomes.map { ".\($0)" }.joined(separator: ", "))]"))"
                + (provider.map { " with using(_:) to send the unsuccessful requests to \($0)" }
                    ?? " to send the unsuccessful requests again")
        case .listBatches: "list the batches of the storage"
        case .listProviders: "read the names of the catalog"
        case .showProvider(let name): "read the description of \(name) for its options"
        case .run(let file): "create a batch from the requests in \(file)"
        case .runTypedJob(let file): "run a typed job over the rows in \(file)"
        case .importFile(let file): "import the batches of \(file)"
        case .convert(let shell, _): "convert it first: \(shell)"
        case .give(let argument): argument.description
        case .again: "call the same method again"
        }
    }

    private static func adopting(_ remoteID: String?, _ job: Int, _ force: Bool) -> String {
        let index = job == 1 ? "" : ", index: \(job)"
        return "call adopt(\(remoteID.map { "\"\($0)\"" } ?? "id")\(index)\(force ? ", force: true" : ""))"
            + " to link it to that job at the provider"
    }
}

extension Remedy.Argument: CustomStringConvertible {
    public var description: String {
        switch self {
        case .model: "pass the model as model:"
        case .key: "set keySource to the source of the key"
        case .option(let name, let example): "set the option \(name), for example to \(example)"
        case .baseURL(let example): "set baseURL, for example to \(example)"
        case .variable(let name, let example): "set the environment variable \(name), for example to \(example)"
        case .endpoint: "pass the endpoint as endpoint:"
        case .providerJob: "pass the provider job as index:"
        case .store: "open another storage"
        case .replacing: "pass replacing: true to replace it"
        case .otherAccount: "call acceptingOtherAccount() to continue anyway"
        case .fork: "pass fork: true to create a second job"
        case .delimiter(let names): "name the delimiter: \(names.joined(separator: " or "))"
        case .encoding(let names): "name the encoding: \(names.joined(separator: " or "))"
        case .format(let name): "read it as \(name)"
        }
    }
}
