import type { Metadata } from "next";
import { HostStudio } from "../../../features/studio/host-studio.tsx";

export const metadata: Metadata = { title: "Studio" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function StudioPage({ params }: Params) {
  return <HostStudio webinarId={(await params).webinarId} />;
}
