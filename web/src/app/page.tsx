import { AccountMenu } from "../features/account/account-menu.tsx";
import { Upcoming } from "../features/landing/upcoming.tsx";
import { TopBar } from "../ui/top-bar.tsx";

export default function LandingPage() {
  return (
    <>
      <TopBar>
        <AccountMenu />
      </TopBar>
      <main className="shell page stack-large">
        <div className="stack" style={{ maxWidth: 620 }}>
          <h1>Webinars on your own servers</h1>
          <p className="dim">
            One room for everyone: interactive seats for those who take part, a broadcast for those who watch,
            one list of who came.
          </p>
        </div>
        <section className="stack" aria-labelledby="upcoming">
          <h2 id="upcoming">Upcoming</h2>
          <Upcoming />
        </section>
      </main>
    </>
  );
}
