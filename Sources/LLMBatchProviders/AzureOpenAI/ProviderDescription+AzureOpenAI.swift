import LLMBatchCore

extension ProviderDescription {
    /// Source: Microsoft Foundry documentation, "Azure OpenAI batch" and its limits; REST reference, 2024-10-21 and v1.
    static let azureOpenAI = ProviderDescription(
        name: "azure-openai", title: "Azure OpenAI",
        limits: BatchLimits(
            requests: 100_000, bytes: 200_000_000, oneModel: true, endpoints: [.chatCompletions, .responses]),
        window: nil, keepsAnswersOnCancel: true, recovery: .token,
        credentials: ["AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY"],
        options: BatchOptions.with([
            "api-version": "the version of the older API, for example 2024-10-21; the v1 API by default",
            "bearer": "true sends the key as a Microsoft Entra token; AZURE_OPENAI_AD_TOKEN always is one",
            "expires-after": "seconds after which the service deletes the files, 1209600 to 2592000",
        ]),
        portableOptions: BatchOptions.portable("expires-after"),
        caveats: [
            "The model is the name of a deployment of type GlobalBatch or DataZoneBatch.",
            "24 hours is a goal: a job that takes longer continues until it completes or is cancelled.",
            "A resource keeps at most 500 input files that do not expire; with expires-after 10,000.",
        ], aliases: ["azure"])
}

extension OpenAIDialect {
    /// Source: as above, and observed answers.
    static let azure = OpenAIDialect(
        fileType: "application/json", expiry: .dots, lifetimes: 1_209_600...2_592_000,
        fileState: .init(
            member: "status", waiting: ["pending", "running", "notrunning"], refused: ["error", "deleted"]),
        takesOtherURLs: true)
}
