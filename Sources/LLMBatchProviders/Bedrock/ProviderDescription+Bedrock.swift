public import LLMBatchCore

extension ProviderDescription {
    /// Source: Amazon Bedrock user guide, "Process multiple prompts with batch inference"; its service quotas and prices.
    public static let bedrock = ProviderDescription(
        name: "bedrock", title: "Amazon Bedrock",
        limits: Limits(
            requests: 50_000, minimumRequests: 100, bytes: 1_000_000_000, oneModel: true,
            endpoints: [.chatCompletions, .embeddings], ids: IDRule(.alphanumeric, longest: 64)),
        window: 7 * 86_400, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .idempotent,
        credentials: [
            "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ],
        options: BatchOptions.descriptions.merging([
            "bucket": "the bucket of S3 for inputs and answers, in the region of the job",
            "bucket-owner": "the account that the bucket must belong to",
            "converse": "true makes jobs of the kind Converse, one form of request for all models",
            "family": "the family of a model whose ARN does not tell it, such as anthropic or llama3",
            "hours": "how long a job may take, from 24 to 168",
            "iam-endpoint": "where roles are looked up, when not at AWS",
            "kms-key": "the key that encrypts the answers",
            "max-tokens": "the longest answer of an Anthropic request that names none; 4096",
            "minimum-requests": "the fewest requests a job may have, where your quota is not 100",
            "native": "true sends bodies as they are, in the form that the model takes",
            "prefix": "before the keys of inputs and answers; llmbatch",
            "profile": "the profile of the shared config and credentials files",
            "recovered": "true where a batch was made of a job: it is read, and nothing is submitted",
            "region": "where jobs run; AWS_REGION, AWS_DEFAULT_REGION, or that of the profile, when left out",
            "role": "the ARN of the role that Bedrock takes on to read and write the bucket",
            "s3-endpoint": "where S3 is, when not at AWS",
            "structured-output": "how Anthropic models are asked for a JSON schema: tool, or format",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable(
            "converse", "family", "hours", "max-tokens", "minimum-requests", "native", "recovered", "structured-output"),
        caveats: [
            "A job has at least 100 requests, a retry too: a few are better asked of another provider.",
            "The answers stay in your bucket, with the requests in them, until you remove them.",
            "A model that no adapter is for is sent chat completions as they are.",
            "Embeddings are taken for Titan Text Embeddings, one text a request, and for Cohere Embed.",
            "A job may take a day to a week, as asked; what it has not done by then is expired.",
        ], aliases: ["aws", "amazon"])
}
