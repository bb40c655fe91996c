/** Plain JSON values, secrets unwrapped. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource that exists: its id in the cloud and what the provider tells of it. */
export interface Made {
  readonly id: string;
  readonly outputs: Properties;
}

/** One kind of resource in the simulated cloud. */
export interface Kind {
  /** As Pulumi writes it, such as "aws:ec2/vpc:Vpc". */
  readonly type: string;
  /** Inputs (top-level names) whose change makes a new one. */
  readonly replaceOn: readonly string[];
  create(inputs: Properties, context: Context): Promise<Made>;
  /** undefined where it is gone. `outputs` are the state's, which hold what the cloud does not tell. */
  read(id: string, outputs: Properties, context: Context): Promise<Made | undefined>;
  /** Kinds without it are replaced whatever changes. */
  update?(
    id: string,
    inputs: Properties,
    old: Properties,
    outputs: Properties,
    context: Context,
  ): Promise<Made>;
  delete(id: string, outputs: Properties, context: Context): Promise<void>;
}

/** What a kind is told of the provider that it works for. */
export interface Context {
  readonly region: string;
  readonly account: string;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
}

/** The simulated cloud, open. */
export interface Cloud {
  readonly kinds: ReadonlyMap<string, Kind>;
  close(): Promise<void>;
}
